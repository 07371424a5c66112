"""From the bytes of a file of records to drafts: all lines are checked before any."""

from typing import TypeAlias

from ledger.errors import JangbuError
from pipeline.recording.contribution import draft_contribution
from pipeline.recording.cut import draft_cut
from pipeline.recording.desk import Desk
from pipeline.recording.drafts import LineDraft
from pipeline.recording.engagement import draft_engagement
from pipeline.recording.forms import (
    ContributionLine,
    CutLine,
    CutWithdrawal,
    EngagementLine,
    GenerationLine,
    OpinionLine,
    RecordLine,
    Withdrawal,
    parse_form,
)
from pipeline.recording.generation import draft_generation
from pipeline.recording.lines import split_lines
from pipeline.recording.opinion import draft_opinion
from pipeline.recording.withdrawal import draft_withdrawal

Forms: TypeAlias = list[tuple[int, RecordLine]]


def read_forms(raw: bytes, name: str) -> Forms:
    """Read all lines, before any name or file in them is looked up.

    Args:
        raw: the file.
        name: what it is called, for messages.

    Raises:
        RecordFileError: with file, line and field.
    """
    try:
        return [(line.number, parse_form(line)) for line in split_lines(raw)]
    except JangbuError as error:
        error.where = f"{name}: {error.where}" if error.where else name
        raise


def draft_lines(forms: Forms, name: str, desk: Desk) -> list[LineDraft]:
    """Check every line; nothing is stated.

    Raises:
        JangbuError: the first line that cannot be recorded, named in `where`.
    """
    for number, form in forms:
        try:
            draft = _draft(form, number, desk)
            desk.standing.take(draft)
        except JangbuError as error:
            place = f"{name}: line {number}"
            error.where = f"{place}: {error.where}" if error.where else place
            error.facts.setdefault("line", number)
            raise
        desk.earlier.append(draft)
    return desk.earlier


def _draft(form: RecordLine, number: int, desk: Desk) -> LineDraft:
    match form:
        case ContributionLine():
            return draft_contribution(form, number, desk)
        case EngagementLine():
            return draft_engagement(form, number, desk)
        case GenerationLine():
            return draft_generation(form, number, desk)
        case OpinionLine():
            return draft_opinion(form, number, desk)
        case CutLine():
            return draft_cut(form, number, desk)
        case Withdrawal() | CutWithdrawal():
            return draft_withdrawal(form, number, desk)
