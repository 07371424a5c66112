"""Which other statements a statement relies on, in its envelope and in its body."""

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
    return tuple(dict.fromkeys((*said.prev, *target, *_in_body(body))))


def _in_body(body: Record | None) -> tuple[StatementId, ...]:
    match body:
        case Generation():
            return (*body.inputs, *body.outputs)
        case Run():
            named = [(one.asset, one.matte, one.generation) for one in body.layers]
            return tuple(one for layer in named for one in layer if one is not None)
        case FrameSet():
            return (body.run,)
        case SealSet():
            return (body.set,)
        case Version():
            return tuple(cell.set for cell in body.cells)
        case _:
            return ()
