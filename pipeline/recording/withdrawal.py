"""Lines that withdraw: they say nothing else."""

from ledger.encoding.statement import STUDIO
from pipeline.recording.desk import Desk
from pipeline.recording.drafts import Envelope, LineDraft
from pipeline.recording.forms import Withdrawal, WithdrawingLine


def draft_withdrawal(line: WithdrawingLine, number: int, desk: Desk) -> LineDraft:
    """Check a withdrawal's target and who signs it.

    Raises:
        JangbuError: what is wrong; nothing was stated.
    """
    kind = f"{line.kind}.1"
    by = None if line.by is None else desk.names.party(line.by)
    signer = desk.names.signer(None if by is None else by.uid, kind, line.verb)
    act = desk.act_of(line)
    at = line.at if isinstance(line, Withdrawal) else None
    facts = {
        "by": None if by is None else by.uid,
        "does": None if act is None else [act.verb, act.of],
        "at": at,
    }
    key = desk.key_of(kind, facts, STUDIO if by is None else by.erasable)
    said = desk.draft(kind, key, {}, Envelope(at=at, act=act))
    return LineDraft(
        number=number, kind=kind, key=key, said=said, signer=signer, act=act
    )
