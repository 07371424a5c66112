"""`jangbu spool`: what waits for the ledger, and submitting it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.output import Answered, answer, say
from ledger.encoding.canonical import JsonValue
from ledger.errors import JangbuError
from ledger.production.layout import Layout
from ledger.production.opening import opened
from ledger.production.registry import read_registry
from ledger.store.outbox import Outbox, Refused, Waiting

SHOWN = 20
"""Refused parcels that are named to people; JSON has them all."""


def spool(
    folder: Annotated[Path, typer.Argument(help="The production folder.")],
    send: Annotated[
        bool, typer.Option("--send", "--submit", help="Submit what waits, in order.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Let refused parcels wait again first.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout.")
    ] = False,
) -> None:
    """Show what waits in the outbox, or submit it."""

    def use_case() -> Answered:
        # Looking needs no keys and no log: it also helps when these are the trouble.
        read_registry(Layout(folder).registry)
        outbox = Outbox(Layout(folder).outbox)
        if again:
            say(f"{outbox.line_up()} refused parcels wait again.")
        refused = _sent(folder, outbox) if send else []
        waiting = outbox.waiting()
        _show(waiting)
        code = refused[0].exit_code if refused else 0
        return code, _document(waiting)

    raise typer.Exit(answer(use_case, as_json=as_json))


def _sent(folder: Path, outbox: Outbox) -> Sequence[JangbuError]:
    before = outbox.waiting()
    with opened(folder) as production:
        refused = production.recorder.flush()
    for error in refused:
        say(f"refused: {error}")
    after = outbox.waiting()
    aside = len(after.refused) - len(before.refused)
    say(f"{before.parcels - after.parcels - aside} parcels were submitted.")
    return refused


def _show(waiting: Waiting) -> None:
    since = f", the oldest since {waiting.oldest}" if waiting.parcels else ""
    say(f"{waiting.parcels} parcels wait, {waiting.size} bytes{since}.")
    say(f"{len(waiting.refused)} were refused.")
    for one in waiting.refused[:SHOWN]:
        for reason in one.reasons:
            say(f"  {one.name}: {_reason(reason)}")
    if len(waiting.refused) > SHOWN:
        say(f"  … and {len(waiting.refused) - SHOWN} more: see --json.")


def _reason(reason: JsonValue) -> str:
    match reason:
        case {"code": code, "expected": expected, "advice": advice}:
            return f"{code}: expected {expected}. {advice}"
        case _:
            return "a reason that cannot be read"


def _document(waiting: Waiting) -> dict[str, Any]:
    return {
        "waiting": waiting.parcels,
        "bytes": waiting.size,
        "oldest": waiting.oldest,
        "refused": len(waiting.refused),
        "reasons": [_refused(one) for one in waiting.refused],
    }


def _refused(one: Refused) -> dict[str, Any]:
    return {"parcel": one.name, "refusals": one.reasons}
