"""Which other statements a statement relies on, in its envelope and in its body."""

from collections.abc import Iterator

from ledger.records.editing import Change, Cut
from ledger.records.frames import FrameSet, SealSet
from ledger.records.identity import StatementId
from ledger.records.making import Generation, Run, Version
from ledger.records.people import Contribution, Countersignature, Opinion
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
    confirmed = confirmed_by(body)
    return tuple(dict.fromkeys((*said.prev, *target, *in_body, *confirmed)))


def kinds_named_in(  # noqa: C901, PLR0911  # one case a kind
    body: Record | None,
) -> tuple[tuple[StatementId, str], ...]:
    """Ids that a body names, each with the family of kinds that it must be of.

    A layer whose asset is no asset has inputs that nobody can check.
    """
    match body:
        case Generation():
            inputs = (one.asset for one in body.inputs)
            return tuple((one, "asset") for one in (*inputs, *body.outputs))
        case Run():
            return tuple(_in_layers(body))
        case FrameSet():
            return ((body.run, "run"),)
        case SealSet():
            return ((body.set, "frame.set"),)
        case Version():
            return tuple((cell.set, "frame.set") for cell in body.cells)
        case Change():
            return ((body.before, "asset"), (body.after, "asset"))
        case Contribution():
            return tuple(_in_contribution(body))
        case Cut():
            return tuple((one, "version") for one in body.versions)
        case Opinion(cut=cut) if cut is not None:
            return ((cut, "cut"),)
        case _:
            return ()


def confirmed_by(body: Record | None) -> tuple[StatementId, ...]:
    """What an assessor or a countersigner confirms, which may be of any kind."""
    match body:
        case Opinion(confirms=confirmed) | Countersignature(of=confirmed):
            return confirmed
        case _:
            return ()


def _in_contribution(body: Contribution) -> Iterator[tuple[StatementId, str]]:
    for asset in (*body.before, *body.after):
        yield asset, "asset"
    if body.change is not None:
        yield body.change, "change"


def _in_layers(body: Run) -> Iterator[tuple[StatementId, str]]:
    for layer in body.layers:
        for asset in layer.assets():
            yield asset, "asset"
        if layer.generation is not None:
            yield layer.generation, "generation"
