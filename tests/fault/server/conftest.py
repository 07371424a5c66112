"""A server of PostgreSQL that may be killed, filled and tampered with."""

from tests.integration.postgres.conftest import (  # noqa: F401  # fixtures, found by name
    founded_there,
    ledger_studio,
    prepared,
    server,
)
