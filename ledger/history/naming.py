"""Which other statements a statement relies on, in its envelope and in its body."""

from collections.abc import Iterator

from ledger.records.frames import FrameSet, SealSet
from ledger.records.identity import StatementId
from ledger.records.making import Generation, Run, Version
from ledger.records.statement import Record, Statement


def named_by(said: Statement, body: Record | None) -> tuple[StatementId, ...]:
    """Ids of all statements that one names, each once.

    Args:
        said: the envelope.
        body: `None` when there is none, or when its kind is unknown; then only
            what the envelope names is found.
    """
    target = (said.act.of,) if said.act else ()
    in_body = (named for named, _ in kinds_named_in(body))
    return tuple(dict.fromkeys((*said.prev, *target, *in_body)))


def kinds_named_in(body: Record | None) -> tuple[tuple[StatementId, str], ...]:
    """Ids that a body names, each with the family of kinds that it must be of.

    A layer whose asset is no asset has inputs that nobody can check.
    """
    match body:
        case Generation():
            return tuple((one, "asset") for one in (*body.inputs, *body.outputs))
        case Run():
            return tuple(_in_layers(body))
        case FrameSet():
            return ((body.run, "run"),)
        case SealSet():
            return ((body.set, "frame.set"),)
        case Version():
            return tuple((cell.set, "frame.set") for cell in body.cells)
        case _:
            return ()


def _in_layers(body: Run) -> Iterator[tuple[StatementId, str]]:
    for layer in body.layers:
        yield layer.asset, "asset"
        if layer.matte is not None:
            yield layer.matte, "asset"
        if layer.generation is not None:
            yield layer.generation, "generation"
