"""Lines about generations: a call of a generator that no recipe brings in."""

from ledger.encoding.statement import Secret
from pipeline.recording.desk import Desk
from pipeline.recording.drafts import LineDraft
from pipeline.recording.forms import GenerationLine
from pipeline.run.generations import plan_generation

KIND = "generation.1"


def draft_generation(line: GenerationLine, number: int, desk: Desk) -> LineDraft:
    """Check a generation and look at what went in and what came out.

    The same call, brought in by a recipe, is the same statement.

    Raises:
        JangbuError: what is wrong; nothing was stated.
    """
    by = None if line.by is None else desk.names.party(line.by).uid
    signer = desk.names.signer(by, KIND, line.verb)
    act = desk.act_of(line)
    asker = None
    if line.party is not None:
        party = desk.names.party(line.party)
        asker = Secret(party.uid, of=party.erasable)
    outputs, inputs = (
        [desk.files(one, f"/{name}/{place}") for place, one in enumerate(files)]
        for name, files in (("outputs", line.outputs), ("inputs", line.inputs))
    )
    said = plan_generation(
        desk.recorder,
        line,
        [one.statement.id for one in outputs],
        [one.statement.id for one in inputs],
        asker,
        act,
    )
    desk.refuse_conflict(said)
    return LineDraft(
        number=number,
        kind=KIND,
        key=said.key,
        said=said,
        signer=signer,
        act=act,
        sources=(*outputs, *inputs),
    )
