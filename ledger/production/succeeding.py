"""Going on in a new log where another one is frozen: its recovery key is lost.

A rotation is the only way to new keys in a log, and the recovery key the only one that
states it. So the frozen log stays as it is, and a new one begins with what it had
become. Parties, elements and shots keep their uids: people stay the same.
"""

from pathlib import Path

from ledger.encoding.commitment import machine_key
from ledger.encoding.statement import STUDIO, Draft
from ledger.errors import ConflictingRecordError, MissingEvidenceError
from ledger.production.founding import found
from ledger.production.layout import Layout
from ledger.production.opening import Production, open_production
from ledger.production.outside import LedgerTable
from ledger.production.own_keys import whole_authority
from ledger.production.registering import register
from ledger.production.registry import Registry, read_registry
from ledger.production.storing import log_engine
from ledger.records.authority import Succession
from ledger.records.identity import as_digest, as_origin
from ledger.store.reader import StoreReader

KIND = "succession.1"


def succeed(old: Path, new: Path) -> Production:
    """Found a log that continues another one; safe to repeat after an interruption.

    Args:
        old: the production folder whose log is frozen; nothing in it is changed, and
            none of its keys is needed.
        new: an absent or empty folder, or one whose founding was interrupted.

    Raises:
        ProductionError: no production in `old`, or something else in `new`.
        CheckpointError: the last checkpoint of `old` is not signed by its log's key.
        ConflictingRecordError: `new` holds the log of another production.
    """
    registry = read_registry(Layout(old).registry)
    body = last_state(old, registry)
    if Layout(new).trust.exists():
        return _taken_up(new, body)
    return found(new, _successor(registry), lambda one: state_succession(one, body))


def last_state(folder: Path, registry: Registry) -> Succession:
    """What a frozen log had become, from its newest signed checkpoint."""
    layout, table = Layout(folder), registry.production
    log, studio = str(table.origin), str(table.studio)
    engine = log_engine(layout, registry.ledger)
    try:
        reader = StoreReader(engine, studio, log)
        if reader.is_empty():
            raise MissingEvidenceError(
                "a log with at least its genesis",
                met="an empty log",
                advice="Name the folder of the production that goes on.",
                where=str(folder),
            )
        point = whole_authority(reader).log_keys.open(reader.checkpoint(), log)
    finally:
        engine.dispose()
    return Succession(
        log=as_origin(log), size=point.size, root=as_digest(point.root.hex())
    )


def state_succession(production: Production, body: Succession) -> None:
    """State as entry 1 which log this one continues."""
    secret = production.keys.blinding_key(STUDIO)
    statement = production.recorder.compose(
        Draft(
            log=production.log,
            kind=KIND,
            key=machine_key(secret, production.log, KIND, "succession"),
            body=body.model_dump(mode="json"),
        )
    )
    production.recorder.record([statement], "studio")


def _successor(registry: Registry) -> Registry:
    # Another log: it gets its own name, and a place of its own to be kept.
    table = registry.production.model_copy(update={"origin": None})
    return registry.model_copy(update={"production": table, "ledger": LedgerTable()})


def _taken_up(new: Path, body: Succession) -> Production:
    production = open_production(new)
    try:
        state_succession(production, body)
    except ConflictingRecordError as error:
        production.online().engine.dispose()
        raise ConflictingRecordError(
            "a folder whose log continues this one",
            met="a production with a log of its own",
            advice="Choose another folder.",
            where=str(new),
        ) from error
    register(production)
    return production
