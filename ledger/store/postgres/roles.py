"""Roles of the database, as SQL: who may do what to a log.

| role | what it is for | may |
|---|---|---|
| `jangbu_owner` | owns the tables; nobody logs in as it | everything but log in |
| `jangbu_append` | whoever submits | add to the inbox, read the log, keep leases |
| `jangbu_sequence` | whoever holds the log's key | add to the log |
| `jangbu_read` | whoever only looks | read the log |

They are groups: people and programs log in under names of their own, which are members
of one or two of them. No row-level security anywhere: COPY refuses tables that have it
(PostgreSQL, "COPY", notes), and a log has one owner in its own database.
"""

from typing import Final

OWNER: Final = "jangbu_owner"
APPEND: Final = "jangbu_append"
SEQUENCE: Final = "jangbu_sequence"
READ: Final = "jangbu_read"
ROLES: Final = (OWNER, APPEND, SEQUENCE, READ)

_LOG: Final = "entry, statement, sheet, checkpoint"
_PUBLIC: Final = f"{_LOG}, frame_span, projection, alembic_version"

_SUBMITTED: Final = "studio, log, digest, sheet, statements, blinds, by_blinds"

_GRANTS: Final = (
    f"GRANT SELECT ON {_PUBLIC} TO {READ}, {APPEND}, {SEQUENCE}",
    f"GRANT SELECT ON head TO {APPEND}, {SEQUENCE}",
    # The inbox: everybody who submits adds, and sees of others no more than that
    # something waits; what waits is for the sequencer.
    f"GRANT INSERT ({_SUBMITTED}) ON inbox TO {APPEND}",
    f"GRANT SELECT (number, studio, log, digest) ON inbox TO {APPEND}",
    f"GRANT SELECT, DELETE ON inbox TO {SEQUENCE}",
    f"GRANT SELECT, DELETE ON answer TO {APPEND}",
    f"GRANT SELECT, INSERT, DELETE ON answer TO {SEQUENCE}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON lease TO {APPEND}",
    f"GRANT INSERT ON {_LOG} TO {SEQUENCE}",
    f"GRANT INSERT, UPDATE (epoch, state) ON head TO {SEQUENCE}",
    f"GRANT INSERT, DELETE ON frame_span TO {SEQUENCE}",
    f"GRANT INSERT, UPDATE, DELETE ON projection TO {SEQUENCE}",
)

_TABLES: Final = f"{_PUBLIC}, lease, head, inbox, answer"


def role_statements() -> list[str]:
    """SQL that makes the roles where they are missing; for one who may make roles."""
    made = [
        f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        for role in ROLES
    ]
    # Whoever hands tables over must be able to act as their new owner.
    member = (
        "DO $$ BEGIN IF current_setting('is_superuser') = 'off' THEN "
        f"GRANT {OWNER} TO CURRENT_USER; END IF; END $$"
    )
    return [*made, member]


def grant_statements() -> list[str]:
    """SQL that hands the tables to their owner and grants what each role needs.

    Safe to repeat: what was granted beyond it is taken back.
    """
    every = ", ".join((*ROLES[1:], "PUBLIC"))
    tables = [table.strip() for table in _TABLES.split(",")]
    return [
        f"REVOKE ALL ON {_TABLES} FROM {every}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        *_GRANTS,
        f"GRANT USAGE ON SCHEMA public TO {every.removesuffix(', PUBLIC')}",
        *(f"ALTER TABLE {table} OWNER TO {OWNER}" for table in tables),
        *(
            f"ALTER FUNCTION {name}() OWNER TO {OWNER}"
            for name in ("jangbu_append_only", "jangbu_no_gap")
        ),
    ]
