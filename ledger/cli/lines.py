"""`jangbu contribution`, `engagement`, `generation`, `opinion`, `cut`: one line each.

The options build the line that `jangbu record` would read; paths start in the working
directory.
"""

from typing import Annotated, Any

import typer

from ledger.cli.line_options import (
    WITHDRAW,
    acting,
    input_of,
    now,
    parameters_of,
    record_line,
)
from ledger.cli.production import AsJson
from ledger.cli.record import InProduction

Party = Annotated[str | None, typer.Option(help="Who: handle, uid or name.")]
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
Verb = Annotated[
    str | None, typer.Option(help="supersede, correct, withdraw or dispute.")
]
Of = Annotated[
    str | None, typer.Option(help="Whose place it takes: entry, or statement id.")
]


def contribution(
    production: InProduction,
    party: Party = None,
    route: Annotated[str | None, typer.Option(help="How the party took part.")] = None,
    act: Annotated[
        str | None, typer.Option(help="What was done: paint, direct …")
    ] = None,
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
    verb: Verb = None,
    of: Of = None,
    as_json: AsJson = False,
) -> None:
    """Record what somebody did."""
    line = {
        "party": party,
        "route": route,
        "act": act,
        "at": at or now(),
        "shot": shot,
        "element": element,
        "frames": frames,
        "before": before,
        "after": after,
        "note": note,
        "tool": tool,
        "candidates": candidates,
        "minutes": minutes,
        "by": by,
        **acting(verb, of),
    }
    record_line(
        "contribution", line, ("party", "route", "act"), production, as_json=as_json
    )


def engagement(
    production: InProduction,
    party: Party = None,
    company: Annotated[str | None, typer.Option(help="Who engages.")] = None,
    status: Annotated[
        str | None, typer.Option(help="employee, freelancer, vendor or volunteer.")
    ] = None,
    from_on: Annotated[
        str | None, typer.Option("--from", help="First day, 2026-01-05.")
    ] = None,
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
    verb: Verb = None,
    of: Of = None,
    as_json: AsJson = False,
) -> None:
    """Record that somebody works for a company, and on which terms."""
    line = {
        "party": party,
        "company": company,
        "status": status,
        "from_on": from_on,
        "to_on": to_on,
        "at": at or now(),
        "assignment": assignment,
        "derivative_right": derivative_right,
        "duty": duty,
        "planned_by_company": planned_by_company,
        "in_company_name": in_company_name,
        "contrary_term": contrary_term,
        "performer": performer,
        "credit": credit,
        "document": document,
        "by": by,
        **acting(verb, of),
    }
    required = ("party", "company", "status", "from_on")
    record_line("engagement", line, required, production, as_json=as_json)


def generation(
    production: InProduction,
    provider: Annotated[str | None, typer.Option(help="Who runs the model.")] = None,
    model: Annotated[str | None, typer.Option(help="The model.")] = None,
    model_version: Annotated[str | None, typer.Option(help="Its version.")] = None,
    source_type: Annotated[str | None, typer.Option(help="IPTC source type.")] = None,
    asked_at: Annotated[str | None, typer.Option(help="When the request left.")] = None,
    prompt: Annotated[str | None, typer.Option(help="What was asked for.")] = None,
    output: Annotated[
        list[str] | None, typer.Option(help="Files out; repeatable.")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--input", help="EDGE:FILES that went in; repeatable."),
    ] = None,
    seed: Annotated[str | None, typer.Option(help="If it is known.")] = None,
    parameters: Annotated[str | None, typer.Option(help="A JSON object.")] = None,
    party: Annotated[str | None, typer.Option(help="Who asked.")] = None,
    at: Annotated[
        str | None, typer.Option(help="When a call is withdrawn; now.")
    ] = None,
    by: MaybeBy = None,
    verb: Verb = None,
    of: Of = None,
    as_json: AsJson = False,
) -> None:
    """Record one call of a generator."""

    def line() -> dict[str, Any]:
        return {
            "provider": provider,
            "model": model,
            "model_version": model_version,
            "source_type": source_type,
            "asked_at": asked_at,
            "prompt": prompt,
            "seed": seed,
            "parameters": parameters_of(parameters),
            "party": party,
            "inputs": [input_of(one) for one in given or []],
            "outputs": output,
            "at": at or (now() if verb == WITHDRAW else None),
            "by": by,
            **acting(verb, of),
        }

    called = ("provider", "model", "model_version", "source_type", "asked_at")
    required = (*called, "prompt", "outputs")
    record_line("generation", line, required, production, as_json=as_json)


def opinion(
    production: InProduction,
    by: Annotated[str, typer.Option(help="The assessor, whose own key signs.")],
    question: Annotated[str | None, typer.Option(help="Id of the policy.")] = None,
    judgement: Annotated[
        str | None, typer.Option(help="Id of the judgement in it.")
    ] = None,
    finding: Annotated[str | None, typer.Option(help="yes, no or undecided.")] = None,
    reasons: Annotated[
        str | None, typer.Option(help="In the assessor's words.")
    ] = None,
    at: At = None,
    shot: Shot = None,
    element: Element = None,
    frames: Frames = None,
    confirms: Annotated[
        bool, typer.Option(help="Confirm what is recorded for these frames.")
    ] = False,
    verb: Verb = None,
    of: Of = None,
    as_json: AsJson = False,
) -> None:
    """Record what a delegated assessor thinks of the frames that were seen."""
    line = {
        "by": by,
        "question": question,
        "judgement": judgement,
        "finding": finding,
        "reasons": reasons,
        "at": at or now(),
        "shot": shot,
        "element": element,
        "frames": frames,
        "confirms": confirms or None,
        **acting(verb, of),
    }
    required = ("question", "judgement", "finding", "reasons")
    record_line("opinion", line, required, production, as_json=as_json)


def cut(
    production: InProduction,
    file: Annotated[
        str | None, typer.Argument(help="The cut, as an OTIO file.")
    ] = None,
    by: MaybeBy = None,
    verb: Verb = None,
    of: Of = None,
    as_json: AsJson = False,
) -> None:
    """Record an edited film, resolved to frames of the versions in force."""
    line = {"file": file, "by": by, **acting(verb, of)}
    record_line("cut", line, ("file",), production, as_json=as_json)
