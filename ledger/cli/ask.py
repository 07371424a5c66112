"""`jangbu ask`: what the records support under the law of a day, and what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Final

import typer

from ledger.answers.authorship import authorship
from ledger.answers.finding import Finding
from ledger.answers.title import chain_of_title
from ledger.answers.verdict import exit_code
from ledger.cli.answer_table import DISCLAIMER, policies_of, show
from ledger.cli.asking import Floor, Question, asked_of, day_of, span_of, usage
from ledger.cli.output import Answered, answer
from ledger.cli.production import AsJson, Folder
from ledger.cli.reading import Reason, noted
from ledger.history.film import Film
from ledger.production.access import Read
from ledger.production.film import read_film
from ledger.production.opening import opened
from ledger.records.identity import Day
from ledger.records.range_set import Span
from ledger.rules.rulebook import Rulebook, packaged_rulebook
from ledger.rules.values import Tag

_ACCEPTED: Final = {"opinion": Tag.ON_OPINION, "presumed": Tag.PRESUMED}


class Parts(Enum):
    """Which parts of pictures are shown and counted."""

    ALL = "all"
    HUMAN = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """The command as it was called; `on` is checked already."""

    question: Question
    shots: Sequence[str]
    frames: str | None
    floor: Floor
    on: Day
    accept: frozenset[Tag]
    parts: Parts


def ask(
    question: Annotated[Question, typer.Argument(help="What is asked.")],
    folder: Folder,
    shot: Annotated[
        list[str] | None,
        typer.Option(help="A shot's present code; may be given more than once."),
    ] = None,
    frames: Annotated[
        str | None, typer.Option(help="Frames A-B, both included, in each shot.")
    ] = None,
    floor: Annotated[
        Floor, typer.Option(help="Facts from weaker sources do not count.")
    ] = Floor.ANY,
    on: Annotated[
        str | None, typer.Option(help="Law of this day (YYYY-MM-DD); today in Seoul.")
    ] = None,
    accept: Annotated[
        str, typer.Option(help="Grounds that pass: opinion, presumed, or both.")
    ] = "",
    parts: Annotated[
        Parts,
        typer.Option(help="human: only parts with a recorded human contribution."),
    ] = Parts.ALL,
    names: Annotated[
        bool, typer.Option("--names", help="JSON names people, shots and elements.")
    ] = False,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Ask what the records support: authorship of elements, or the chain of title."""

    def use_case() -> Answered:
        call = _Call(
            question=question,
            shots=shot or (),
            frames=frames,
            floor=floor,
            on=day_of(on),
            accept=_accepted(accept),
            parts=parts,
        )
        span = span_of(frames)
        rulebook = packaged_rulebook()
        with opened(folder) as production:
            film = read_film(production)
            opened_now = production.vault.opened
            noted(production, Read(command="ask", count=opened_now, why=reason))
        findings = _findings(film, rulebook, call, span)
        code = exit_code(findings, call.accept)
        show(film, rulebook, findings, floor=floor.value, on=call.on)
        return code, _document(film, rulebook, findings, call, names=names)

    raise typer.Exit(answer(use_case, as_json=as_json))


def _findings(
    film: Film, rulebook: Rulebook, call: _Call, span: Span | None
) -> tuple[Finding, ...]:
    asked = asked_of(film, call.shots, span, call.floor, call.on)
    if call.question is Question.CHAIN_OF_TITLE:
        return chain_of_title(film, rulebook, asked)
    found = authorship(film, rulebook, asked)
    if call.parts is Parts.ALL:
        return found
    return tuple(
        one
        for one in found
        if one.unit != "element" or one.relied or one.touched or one.element is None
    )


def _document(
    film: Film,
    rulebook: Rulebook,
    findings: Sequence[Finding],
    call: _Call,
    *,
    names: bool,
) -> dict[str, Any]:
    return {
        "question": call.question.value,
        "log": film.log,
        "size": film.size,
        "root": film.root,
        "on": call.on,
        "floor": call.floor.value,
        "parts": call.parts.value,
        "accept": sorted(one.value for one in call.accept),
        "exit_code": exit_code(findings, call.accept),
        "policies": [
            {"id": one.id, "version": one.version, "digest": one.digest}
            for one in policies_of(rulebook, findings, call.on)
        ],
        "findings": [one.to_json(names) for one in findings],
        "disclaimer": DISCLAIMER,
    }


def _accepted(text: str) -> frozenset[Tag]:
    words = [one.strip() for one in text.split(",") if one.strip()]
    if any(one not in _ACCEPTED for one in words):
        raise usage("--accept", "opinion, presumed, or opinion,presumed", text)
    return frozenset(_ACCEPTED[one] for one in words)
