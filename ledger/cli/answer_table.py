"""Findings as text for people: a table, then what is open and who has to prove it.

State names in Korean are the reviewed wording that reports use.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from ledger.answers.finding import Finding
from ledger.cli.output import console, say
from ledger.history.film import Film
from ledger.reports.deciding import deciding_grounds
from ledger.reports.wording import FLAGS, PARTS, REASONS, STATES, TRUTHS, Words
from ledger.rules.nodes import Op
from ledger.rules.outcome import Outcome, TraceNode, tags_to_json
from ledger.rules.policy import Policy
from ledger.rules.rulebook import Rulebook
from ledger.rules.values import Reason, State

DISCLAIMER: Final = {
    "ko": "이 결과는 기록된 증거의 요약이며 법률자문이 아닙니다.",
    "en": "This is an evidence summary, not legal advice.",
}

_WIDE: Final = 120
"""Columns from which a table is readable."""
_NONE: Final = "–"
_GROUNDS: Final = 2
_SETTLEMENTS: Final = 3
"""Ways to settle an answer that are spelled out; JSON has all of them."""


def show(
    film: Film,
    rulebook: Rulebook,
    findings: Sequence[Finding],
    *,
    floor: str,
    on: str,
) -> None:
    """Print findings for a person."""
    if console.width < _WIDE:
        _show_lines(film, findings)
    else:
        _show_table(film, findings)
    for place, one in enumerate(findings, 1):
        if one.outcome is not None and one.state is State.OPEN:
            _show_open(film, rulebook, place, one, one.outcome)
    if any(one.state is State.NOT_SUPPORTED for one in findings):
        say(
            "not_supported is no finding that no right exists. "
            "‘기록상 불충족’은 권리 부존재를 뜻하지 않습니다."
        )
    say(f"floor {floor} · law of {on} · log of {film.size} entries, {film.root[:16]}")
    for policy in policies_of(rulebook, findings, on):
        say(f"policy {policy.id} {policy.version} · {policy.digest[:16]}")
    say(DISCLAIMER["ko"])
    say(DISCLAIMER["en"])


def _show_table(film: Film, findings: Sequence[Finding]) -> None:
    table = Table(show_lines=False)
    for heading in ("row", "shot", "what", "part", "frames", "answer", "why"):
        table.add_column(heading, overflow="fold")
    for place, one in enumerate(findings, 1):
        # Text and not strings: a name in brackets is no markup.
        table.add_row(*(Text(cell) for cell in (str(place), *_row(film, one))))
    console.print(table)


def _show_lines(film: Film, findings: Sequence[Finding]) -> None:
    """The same where a table would break every word."""
    for place, one in enumerate(findings, 1):
        *about, state, why = _row(film, one)
        say(f"{place}  {' · '.join(part for part in about if part != _NONE)}")
        say(f"   {'; '.join([state, *why.splitlines()])}")
    say("")


def policies_of(
    rulebook: Rulebook, findings: Sequence[Finding], on: str
) -> tuple[Policy, ...]:
    """The policies that the findings asked, each once."""
    ids = {
        policy
        for one in findings
        if one.outcome is not None
        for policy in (one.outcome.policy, *_asked_by(one.outcome.trace))
    }
    found = (rulebook.in_force(one, on) for one in sorted(ids))
    return tuple(one for one in found if one is not None)


def _asked_by(trace: TraceNode) -> Iterator[str]:
    if trace.op is Op.QUESTION:
        yield trace.id
    for child in trace.children:
        yield from _asked_by(child)


def _row(film: Film, one: Finding) -> tuple[str, ...]:
    frames = ", ".join(map(str, one.spans.ranges())) if one.spans else _NONE
    notes = [
        *(_both(REASONS, reason.value) for reason in _reasons(one)),
        *(_both(STATES, tag) for tag in tags_to_json(one.tags)),
        *(_both(FLAGS, flag) for flag in sorted(one.flags)),
    ]
    if one.unit == "element" and one.people:
        people = ", ".join(_name(film, uid) for uid in one.people)
        notes.append(f"contributions of {people}")
    for opinion in one.opinions:
        assessor = _name(film, opinion.source.speaker.party)
        notes.append(f"opinion of {assessor}: {opinion.finding}")
    if one.state in (State.NOT_SUPPORTED, State.NOT_APPLICABLE) and one.outcome:
        notes += _because(one.outcome)
    if one.ended:
        notes.append(f"{len(one.ended)} ended statements")
    return (
        _name(film, one.shot),
        _what(film, one),
        _both(PARTS, one.part) if one.part else _NONE,
        frames,
        _both(STATES, one.state.value),
        "\n".join(notes),
    )


def _because(outcome: Outcome) -> list[str]:
    """What decided, where nothing is open: the first grounds, in Korean."""
    grounds = list(deciding_grounds(outcome.trace))
    shown = [
        f"{one.text.ko} {TRUTHS[one.truth.name.lower()]['ko']}"
        for one in grounds[:_GROUNDS]
    ]
    more = len(grounds) - len(shown)
    return [*shown, *([f"… +{more} (--json)"] if more else [])]


def _what(film: Film, one: Finding) -> str:
    match one.unit:
        case "element":
            return _name(film, one.element)
        case "performance":
            return f"performer {_name(film, one.party)}, {_name(film, one.element)}"
        case "arrangement":
            return "arrangement of the cut"
        case "title":
            company = f" → {_name(film, one.company)}" if one.company else ""
            return f"{_name(film, one.party)}{company}"


def _name(film: Film, uid: str | None) -> str:
    if uid is None:
        return _NONE
    if uid in film.shots:
        name = film.shots[uid].code
    elif uid in film.parties:
        name = film.parties[uid].name
    else:
        name = film.elements.get(uid)
    # Erased, or not stated: the uid stands for it.
    return name or uid[:8]


def _reasons(one: Finding) -> tuple[Reason, ...]:
    return one.outcome.reasons if one.outcome else ()


def _both(words: Words, code: str) -> str:
    # A policy may have remarks of its own: they have a code, and no wording here.
    return f"{code} {words[code]['ko']}" if code in words else code


def _show_open(
    film: Film, rulebook: Rulebook, place: int, one: Finding, outcome: Outcome
) -> None:
    about = (_name(film, one.shot), _what(film, one), one.part or _NONE)
    where = " · ".join(part for part in about if part != _NONE)
    say(f"\nrow {place}, open 미확정: {where}")
    for settlement in outcome.settle[:_SETTLEMENTS]:
        say(f"  {_both(STATES, settlement.state.value)}, if")
        for reply in settlement.replies:
            say(f"    {'yes' if reply.yes else 'no'}: {reply.text.ko}")
            say(f"         {reply.text.en}")
    if len(outcome.settle) > _SETTLEMENTS:
        say(f"  … and {len(outcome.settle) - _SETTLEMENTS} other ways (--json).")
    if not outcome.settle:
        for leaf in outcome.open_leaves:
            say(f"  {_both(REASONS, leaf.reason.value)}: {leaf.text.ko}")
            say(f"         {leaf.text.en}")
    policy = rulebook.in_force(outcome.policy, outcome.on)
    if policy is not None:
        say(f"  증명책임: {policy.burden.ko}")
        say(f"  burden: {policy.burden.en}")
