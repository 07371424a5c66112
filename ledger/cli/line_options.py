"""From the options of a command to the line of records that they stand for."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typer

from ledger.cli.output import Answered, answer
from ledger.cli.record import record_raw
from ledger.encoding import canonical
from ledger.errors import MalformedRecordError, UsageError
from ledger.records.identity import instant_from

NAME: Final = "the options"
WITHDRAW: Final = "withdraw"
_LONGEST_INDEX: Final = 15
_OPTIONS: Final = {"file": "FILE", "from_on": "--from", "outputs": "--output"}
"""Options that are not called as their field of the line."""

Line = Mapping[str, Any]


def record_line(
    kind: str,
    line: Line | Callable[[], Line],
    required: Sequence[str],
    production: Path,
    *,
    as_json: bool,
) -> None:
    """Record one line, and end the command.

    Args:
        kind: of the line.
        line: its fields, or what reads them from options; `None` is left out.
        required: fields without which it says nothing, unless it withdraws.
        production: the production folder.
        as_json: whether one JSON document is printed.
    """

    def use_case() -> Answered:
        given = line() if callable(line) else line
        if given["verb"] != WITHDRAW:
            _demand(given, required)
        return record_raw(production, _raw(kind, given), NAME, Path())

    raise typer.Exit(answer(use_case, as_json=as_json))


def acting(verb: str | None, of: str | None) -> dict[str, str | int | None]:
    """The fields of a line that acts upon an earlier statement."""
    # A statement's id has 64 digits, and may happen to have no letters.
    if of is None or len(of) > _LONGEST_INDEX or not (of.isascii() and of.isdecimal()):
        return {"verb": verb, "of": of}
    return {"verb": verb, "of": int(of)}


def input_of(text: str) -> dict[str, str]:
    """Files that went into a generator, from EDGE:FILES.

    Raises:
        UsageError: there is no edge.
    """
    edge, colon, source = text.partition(":")
    if not colon:
        raise UsageError(
            "EDGE:FILES, as transformed:paint/matte.%04d.png",
            met=text,
            advice="Say in which part the files went in, a colon and the files.",
            where="--input",
        )
    return {"source": source, "edge": edge}


def parameters_of(text: str | None) -> Any:  # noqa: ANN401  # checked with the line
    """A generator's parameters, from the text of a JSON object.

    Raises:
        UsageError: it is no JSON.
    """
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


def now() -> str:
    """The present instant."""
    return instant_from(datetime.now(UTC))


def _demand(line: Line, required: Sequence[str]) -> None:
    missing = [name for name in required if line[name] in (None, [])]
    if not missing:
        return
    options = [_OPTIONS.get(one, f"--{one.replace('_', '-')}") for one in missing]
    raise UsageError(
        f"also {', '.join(options)}",
        met="a command without",
        advice="Give what is missing; only a withdrawal says nothing else.",
    )


def _raw(kind: str, line: Line) -> bytes:
    given = {name: value for name, value in line.items() if value not in (None, [])}
    # Surrogates from undecodable arguments stay escapes, and are refused as such.
    return json.dumps({"kind": kind, **given}).encode("ascii")
