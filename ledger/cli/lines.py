"""`jangbu contribution`, `engagement`, `generation`, `opinion`, `cut`: one line each.

The options build the line that `jangbu record` would read; paths start in the working
directory.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger.cli.output import answer
from ledger.cli.production import AsJson
from ledger.cli.record import InProduction, record_raw
from ledger.encoding import canonical
from ledger.errors import MalformedRecordError, UsageError
from ledger.records.identity import instant_from

NAME: Final = "the options"

Party = Annotated[str, typer.Option(help="Who: handle, uid or name.")]
MaybeBy = Annotated[
    str | None, typer.Option(help="Party whose own key signs; default: the studio's.")
]
At = Annotated[
    str | None, typer.Option(help="When, as 2026-09-01T10:00:00.000000Z; now.")
]
Shot = Annotated[str | None, typer.Option(help="The shot's present code.")]
Element = Annotated[str | None, typer.Option(help="The element's name.")]
Frames = Annotated[str | None, typer.Option(help="Frames, as 1001-1024.")]
Maybe = Annotated[bool | None, typer.Option()]


def contribution(
    production: InProduction,
    party: Party,
    route: Annotated[str, typer.Option(help="How the party took part.")],
    act: Annotated[str, typer.Option(help="What was done: paint, direct …")],
    at: At = None,
    shot: Shot = None,
    element: Element = None,
    frames: Frames = None,
    before: Annotated[
        list[str] | None, typer.Option(help="Files that were changed; repeatable.")
    ] = None,
    after: Annotated[
        list[str] | None, typer.Option(help="Files that came of it; repeatable.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="The choice that was made.")] = None,
    tool: Annotated[str | None, typer.Option(help="What it was done with.")] = None,
    candidates: Annotated[
        int | None, typer.Option(help="Results at hand, for an arrangement.")
    ] = None,
    minutes: Annotated[int | None, typer.Option(help="Of work.")] = None,
    by: MaybeBy = None,
    as_json: AsJson = False,
) -> None:
    """Record what somebody did."""
    line = {
        "party": party,
        "route": route,
        "act": act,
        "at": at or _now(),
        "shot": shot,
        "element": element,
        "frames": frames,
        "before": before or [],
        "after": after or [],
        "note": note,
        "tool": tool,
        "candidates": candidates,
        "minutes": minutes,
        "by": by,
    }
    _record("contribution", line, production, as_json=as_json)


def engagement(
    production: InProduction,
    party: Party,
    company: Annotated[str, typer.Option(help="Who engages.")],
    status: Annotated[
        str, typer.Option(help="employee, freelancer, vendor or volunteer.")
    ],
    from_on: Annotated[str, typer.Option("--from", help="First day, 2026-01-05.")],
    to_on: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    at: At = None,
    assignment: Annotated[
        str | None, typer.Option(help="none, licence or economic_rights.")
    ] = None,
    derivative_right: Maybe = None,
    duty: Maybe = None,
    planned_by_company: Maybe = None,
    in_company_name: Maybe = None,
    contrary_term: Maybe = None,
    performer: Maybe = None,
    credit: Annotated[
        list[str] | None, typer.Option(help="Role that is demanded; repeatable.")
    ] = None,
    document: Annotated[str | None, typer.Option(help="The signed copy.")] = None,
    by: MaybeBy = None,
    as_json: AsJson = False,
) -> None:
    """Record that somebody works for a company, and on which terms."""
    line = {
        "party": party,
        "company": company,
        "status": status,
        "from_on": from_on,
        "to_on": to_on,
        "at": at or _now(),
        "assignment": assignment,
        "derivative_right": derivative_right,
        "duty": duty,
        "planned_by_company": planned_by_company,
        "in_company_name": in_company_name,
        "contrary_term": contrary_term,
        "performer": performer,
        "credit": credit or [],
        "document": document,
        "by": by,
    }
    _record("engagement", line, production, as_json=as_json)


def generation(
    production: InProduction,
    provider: Annotated[str, typer.Option(help="Who runs the model.")],
    model: Annotated[str, typer.Option(help="The model.")],
    model_version: Annotated[str, typer.Option(help="Its version.")],
    source_type: Annotated[str, typer.Option(help="IPTC source type.")],
    asked_at: Annotated[str, typer.Option(help="When the request left.")],
    prompt: Annotated[str, typer.Option(help="What was asked for.")],
    output: Annotated[list[str], typer.Option(help="Files out; repeatable.")],
    given: Annotated[
        list[str] | None,
        typer.Option("--input", help="EDGE:FILES that went in; repeatable."),
    ] = None,
    seed: Annotated[str | None, typer.Option(help="If it is known.")] = None,
    parameters: Annotated[str | None, typer.Option(help="A JSON object.")] = None,
    party: Annotated[str | None, typer.Option(help="Who asked.")] = None,
    by: MaybeBy = None,
    as_json: AsJson = False,
) -> None:
    """Record one call of a generator."""

    def use_case() -> tuple[int, Mapping[str, Any]]:
        line = {
            "provider": provider,
            "model": model,
            "model_version": model_version,
            "source_type": source_type,
            "asked_at": asked_at,
            "prompt": prompt,
            "seed": seed,
            "parameters": _parameters(parameters),
            "party": party,
            "inputs": [_input(one) for one in given or []],
            "outputs": output,
            "by": by,
        }
        return record_raw(production, _raw("generation", line), NAME, Path())

    raise typer.Exit(answer(use_case, as_json=as_json))


def opinion(
    production: InProduction,
    by: Annotated[str, typer.Option(help="The assessor, whose own key signs.")],
    question: Annotated[str, typer.Option(help="Id of the policy.")],
    judgement: Annotated[str, typer.Option(help="Id of the judgement in it.")],
    finding: Annotated[str, typer.Option(help="yes, no or undecided.")],
    reasons: Annotated[str, typer.Option(help="In the assessor's words.")],
    at: At = None,
    shot: Shot = None,
    element: Element = None,
    frames: Frames = None,
    confirms: Annotated[
        bool, typer.Option(help="Confirm what is recorded for these frames.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Record what a delegated assessor thinks of the frames that were seen."""
    line = {
        "by": by,
        "question": question,
        "judgement": judgement,
        "finding": finding,
        "reasons": reasons,
        "at": at or _now(),
        "shot": shot,
        "element": element,
        "frames": frames,
        "confirms": confirms,
    }
    _record("opinion", line, production, as_json=as_json)


def cut(
    file: Annotated[str, typer.Argument(help="The cut, as an OTIO file.")],
    production: InProduction,
    by: MaybeBy = None,
    as_json: AsJson = False,
) -> None:
    """Record an edited film, resolved to frames of the versions in force."""
    _record("cut", {"file": file, "by": by}, production, as_json=as_json)


def _record(
    kind: str, line: Mapping[str, Any], production: Path, *, as_json: bool
) -> None:
    def use_case() -> tuple[int, Mapping[str, Any]]:
        return record_raw(production, _raw(kind, line), NAME, Path())

    raise typer.Exit(answer(use_case, as_json=as_json))


def _raw(kind: str, line: Mapping[str, Any]) -> bytes:
    given = {name: value for name, value in line.items() if value is not None}
    # Surrogates from undecodable arguments stay escapes, and are refused as such.
    return json.dumps({"kind": kind, **given}).encode("ascii")


def _input(text: str) -> dict[str, str]:
    edge, colon, source = text.partition(":")
    if not colon:
        raise UsageError(
            "EDGE:FILES, as transformed:paint/matte.%04d.png",
            met=text,
            advice="Say in which part the files went in, a colon and the files.",
            where="--input",
        )
    return {"source": source, "edge": edge}


def _parameters(text: str | None) -> Any:  # noqa: ANN401  # checked with the line
    if text is None:
        return None
    try:
        return canonical.parse_lenient(text.encode("utf-8", "replace"))
    except MalformedRecordError as error:
        raise UsageError(
            "a JSON object; numbers with a fraction as text",
            met=f"{error.met} at {error.where}",
            advice="Correct the text, and quote it for the shell.",
            where="--parameters",
        ) from error


def _now() -> str:
    return instant_from(datetime.now(UTC))
