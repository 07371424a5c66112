"""A production whose log is on a PostgreSQL server."""

from dataclasses import dataclass, replace

from ledger.evidence.fsck.check import Holdings
from ledger.store.postgres.address import parameters_of
from ledger.store.postgres.engine import open_engine, transaction
from ledger.store.postgres.port import PostgresPort
from ledger.store.postgres.prepare import prepare
from ledger.store.tables import FROZEN
from tests.simulators.ledger_studio import STUDIO, LedgerStudio


def prepare_database(address: str) -> None:
    """Make the tables and roles of a log in an empty database."""
    engine = open_engine(parameters_of(address))
    prepare(engine, roles=True)
    engine.dispose()


@dataclass
class ServerStudio(LedgerStudio):
    """As `LedgerStudio`, on a database that was prepared."""

    address: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.port.engine.dispose()
        self.port: PostgresPort = self.another_port()

    def another_port(
        self, address: str | None = None, patience_s: float = 60.0
    ) -> PostgresPort:
        """A port of one's own, as another process would have it."""
        return PostgresPort(
            engine=open_engine(parameters_of(address or self.address)),
            studio=STUDIO,
            log=self.origin,
            log_key_for=self.log_key_for,
            party_of=self.party_of,
            clock=self.clock,
            blobs=self.blobs,
            published=self.published,
            patience_s=patience_s,
        )

    def holdings(self) -> Holdings:
        return replace(super().holdings(), database=self.port.engine)

    def rows(self) -> dict[str, int]:
        with transaction(self.port.engine, write=False) as connection:
            return {
                table: connection.exec_driver_sql(
                    f"SELECT count(*) FROM {table}"  # noqa: S608
                ).scalar_one()
                for table in FROZEN
            }
