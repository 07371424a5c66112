"""`jangbu record`: lines of what people did, agreed and think become statements."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson
from ledger.cli.reaching import opened_in_reach, submit_waiting
from ledger.cli.record_away import desk_without_log, refuse_what_needs_the_log
from ledger.cli.record_log import ProductionLog
from ledger.cli.record_names import ProductionNames, authority_of
from ledger.errors import RecordFileError, UnreadableInputError
from ledger.files import read_bounded
from ledger.production.film import read_film
from ledger.production.opening import Production
from ledger.production.registering import refuse_unregistered
from ledger.production.storing import is_served
from pipeline.recording.acts import Standing
from pipeline.recording.desk import Desk
from pipeline.recording.drafting import draft_lines, read_forms
from pipeline.recording.lines import LARGEST_FILE
from pipeline.recording.stating import Recording, state_lines

STDIN: Final = "-"
InProduction = Annotated[
    Path, typer.Option("--production", "-p", help="The production folder.")
]


def record(
    file: Annotated[str, typer.Argument(help="JSON lines, or - for standard input.")],
    production: InProduction,
    as_json: AsJson = False,
) -> None:
    """Record contributions, engagements, generations, opinions and cuts."""

    def use_case() -> Answered:
        if file == STDIN:
            raw, folder = sys.stdin.buffer.read(LARGEST_FILE + 1), Path()
        else:
            raw, folder = _read(Path(file)), Path(file).parent
        name = "standard input" if file == STDIN else file
        return record_raw(production, raw, name, folder)

    raise typer.Exit(answer(use_case, as_json=as_json))


def record_raw(root: Path, raw: bytes, name: str, folder: Path) -> Answered:
    """Record lines in a production folder; exit code and document.

    Args:
        root: the production folder.
        raw: the lines.
        name: what they are called, for messages.
        folder: where their paths start.
    """
    forms = read_forms(raw, name)
    with opened_in_reach(root) as production:
        submit_waiting(production)
        if production.port is None:
            served = is_served(production.registry.ledger)
            refuse_what_needs_the_log(forms, name, served=served)
            desk = desk_without_log(production, folder)
        else:
            desk = desk_of(production, folder)
        drafts = draft_lines(forms, name, desk)
        recording = state_lines(
            drafts, production.recorder, production.vault.remember_location
        )
    for draft in drafts:
        for note in draft.notes:
            say(f"line {draft.number}: note: {note}")
    _show(recording)
    return 0, {
        "new": recording.new,
        "lines": [asdict(one) for one in recording.lines],
    }


def desk_of(production: Production, folder: Path) -> Desk:
    """What lines are checked against, as the production is now.

    Raises:
        JangbuError: the registry is not registered, or the log is damaged.
    """
    refuse_unregistered(production)
    authority = authority_of(production)
    names = ProductionNames(production, authority)
    for kind in ("asset.1", "change.1"):
        names.signer(None, kind)
    return Desk(
        recorder=production.recorder,
        folder=folder,
        names=names,
        secret_of=production.keys.blinding_key,
        film=read_film(production),
        standing=Standing(ProductionLog(production, authority)),
    )


def _show(recording: Recording) -> None:
    lines = len(recording.lines)
    say(f"Checked and recorded: {lines} lines. New statements: {recording.new}.")
    waiting = sum(1 for one in recording.lines if one.index is None)
    if waiting:
        say(f"{waiting} lines wait in the outbox: jangbu spool FOLDER --send.")


def _read(path: Path) -> bytes:
    try:
        return read_bounded(path, LARGEST_FILE)
    except UnreadableInputError as error:
        raise RecordFileError(
            f"a file of records: {error.expected}",
            met=error.met,
            advice="Name the file, or - for standard input.",
            where=error.where,
        ) from error
