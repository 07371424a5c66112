"""From lines of records to what a person is asked to sign."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from ledger.cli.record import desk_of
from ledger.cli.record_names import ProductionNames, authority_of
from ledger.errors import NotPermittedError, RecordFileError, UnknownReferenceError
from ledger.evidence.contribution_form import Request
from ledger.files import read_bounded
from ledger.production.access import Read, note_read
from ledger.production.contributing import composed_countersignature, prepared
from ledger.production.opening import Production
from ledger.production.party_keys import own_key
from ledger.production.registering import refuse_unregistered
from ledger.production.registry import PartyTable, uid_of
from ledger.records.identity import as_instant, moment_of
from pipeline.recording.drafting import Forms, draft_lines, read_forms
from pipeline.recording.drafts import LineDraft
from pipeline.recording.forms import CutLine, CutWithdrawal, GenerationLine, RecordLine
from pipeline.recording.lines import LARGEST_FILE
from pipeline.recording.stating import state_lines

SEOUL: Final = timezone(timedelta(hours=9), "KST")
_LONGEST_INDEX: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which lines go onto the sheet.

    Attributes:
        party: who is to sign.
        on: the day in Seoul; `None` for every day.
        shot: code; `None` for every shot and none.
    """

    party: str
    on: date | None
    shot: str | None


def prepare_lines(production: Production, file: Path, choice: Choice) -> Request:
    """Compose a person's statements from lines; assets and changes are stated.

    What machines saw is the studio's to state, signed or not. Lines of other days or
    shots are passed over.

    Raises:
        JangbuError: a line that does not fit; nothing was stated then.
    """
    party, public_key = _signer(production, choice.party)
    refuse_unregistered(production)
    raw, name = read_bounded(file, LARGEST_FILE), str(file)
    forms = _own(_chosen(read_forms(raw, name), choice), name, choice.party)
    desk = desk_of(production, file.parent)
    desk.names = ProductionNames(
        production, authority_of(production), elsewhere=str(uid_of(party))
    )
    drafts = draft_lines(forms, name, desk)
    _refuse_known(drafts, name)
    # Without the lines themselves: only their signer can state those.
    alone = [replace(one, said=None) for one in drafts]
    state_lines(alone, production.recorder, production.vault.remember_location)
    names = {one.statement.id: one.pattern for draft in drafts for one in draft.sources}
    composed = {one.said.id: one.said for one in drafts if one.said is not None}
    request = prepared(production, list(composed.values()), public_key, names)
    _note(production, request)
    return request


def prepare_role(
    production: Production, party: str, of: list[str], role: str
) -> Request:
    """Compose a party's confirmation of statements that are in the log.

    Raises:
        JangbuError: there is no such party or statement.
    """
    table, public_key = _signer(production, party)
    refuse_unregistered(production)
    names = ProductionNames(
        production, authority_of(production), elsewhere=str(uid_of(table))
    )
    names.signer(str(uid_of(table)), "countersignature.1")
    ids = list(dict.fromkeys(_id(production, text) for text in of))
    composed = composed_countersignature(production, ids, role, datetime.now(UTC))
    request = prepared(production, [composed], public_key, {})
    _note(production, request)
    return request


def _signer(production: Production, reference: str) -> tuple[PartyTable, bytes]:
    party = production.registry.party_called(reference)
    public_key = own_key(party)
    if public_key is None:
        raise NotPermittedError(
            "a party that alone has its key",
            met="one whose key is in the production folder, or that has none",
            advice="Have the person run jangbu contribute key, put public_key into the "
            "[[party]], then jangbu register.",
            where="--party",
        )
    return party, public_key


def _chosen(forms: Forms, choice: Choice) -> Forms:
    kept = [
        (number, form)
        for number, form in forms
        if choice.on is None or _day_of(form) == choice.on
        if choice.shot is None or getattr(form, "shot", None) == choice.shot
    ]
    if not kept:
        raise RecordFileError(
            "at least one line of the day or shot that was asked for",
            met="none",
            advice="Days are those in Seoul; correct --on or --shot.",
        )
    return kept


def _day_of(form: RecordLine) -> date | None:
    at = form.asked_at if isinstance(form, GenerationLine) else getattr(form, "at", "")
    return moment_of(as_instant(at)).astimezone(SEOUL).date() if at else None


def _own(forms: Forms, name: str, party: str) -> Forms:
    """The lines as this party's own word."""
    own: Forms = []
    for number, form in forms:
        if isinstance(form, CutLine | CutWithdrawal):
            raise _unfit("what a person can be shown in words", "a cut", name, number)
        if form.by not in (None, party):
            raise _unfit(f"lines by {party}", "another one's", name, number)
        own.append((number, form.model_copy(update={"by": party})))
    return own


def _refuse_known(drafts: list[LineDraft], name: str) -> None:
    for draft in drafts:
        if draft.said is None:
            raise _unfit(
                "what was not said yet", "what is in the log", name, draft.number
            )


def _unfit(expected: str, met: str, name: str, number: int) -> RecordFileError:
    return RecordFileError(
        expected,
        met=met,
        advice="Leave the line out, or record it with jangbu record.",
        where=f"{name}: line {number}",
        line=number,
    )


def _id(production: Production, text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_INDEX):
        return text
    index = int(text)
    found = production.reader().statements(index, index + 1)
    if not found:
        raise UnknownReferenceError(
            "an entry of this log",
            met=text,
            advice="See jangbu log list.",
            where="--of",
        )
    return found[0].id


def _note(production: Production, request: Request) -> None:
    """What the vault was asked for to be shown is noted before it is written."""
    count = sum(len(one.openings) for one in request.relied_on)
    if count:
        note_read(production, Read(command="contribute prepare", count=count))
