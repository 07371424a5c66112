"""`jangbu log check`: any tiled log, ours or not."""

from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson
from ledger.errors import CheckpointError, MalformedRecordError, UsageError
from ledger.evidence.tiled_log import check_tiled_log
from ledger.evidence.tiled_report import TiledReport
from ledger.log.note import Verifier
from ledger.records.identity import as_uid

_SHOWN: Final = 20
"""Names of one sort that a person is shown; JSON has them all."""

Vkeys = Annotated[
    list[str] | None,
    typer.Option("--key", help="A verifier key of the log, as you got it elsewhere."),
]


def log_check(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="What the log serves, as files.")
    ],
    key: Vkeys = None,
    shot: Annotated[
        list[str] | None,
        typer.Option(help="A shot's uid: count the records that concern it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check an exported log: 0 whole, 3 open or origin unknown, 5 failed."""

    def use_case() -> Answered:
        shots = [_uid(one) for one in shot or ()]
        report = check_tiled_log(folder, verifiers(key), shots)
        _explain(report)
        return report.exit_code, report.to_json()

    raise typer.Exit(answer(use_case, as_json=as_json))


def verifiers(vkeys: list[str] | None) -> list[Verifier]:
    """Verifier keys as they were given.

    Raises:
        UsageError: one of them is none.
    """
    try:
        return [Verifier.from_vkey(one.strip()) for one in vkeys or ()]
    except CheckpointError as error:
        raise UsageError(
            "a C2SP verifier key (name+id+key) of type Ed25519",
            met=error.met,
            advice="Give the key as the log's owner published it.",
            where="--key",
        ) from error


def _uid(text: str) -> str:
    try:
        return as_uid(text)
    except MalformedRecordError as error:
        raise UsageError(
            "a shot's uid, 32 hex digits",
            met=text,
            advice="An exported log names shots by their uids, never by their codes.",
            where="--shot",
        ) from error


def _explain(report: TiledReport) -> None:
    say(f"log {report.origin}, {report.size} entries")
    say(f"  {report.tiles} tiles and {report.bundles} entry bundles are right")
    for one in report.faults[:_SHOWN]:
        say(f"  {one.fault.value:<10} {one.path}", style="red")
    if len(report.faults) > _SHOWN:
        say(f"  and {len(report.faults) - _SHOWN} more files", style="red")
    for name in report.strays[:_SHOWN]:
        say(f"  stray      {name}")
    if report.ahead:
        say(f"  {len(report.ahead)} files belong to a larger tree, not signed yet")
    for what, count in report.open_points.items():
        say(f"  open       {what}: {count}")
    if report.records is not None:
        _explain_records(report)
    if not report.signers:
        say("No key was given, so nobody says whose log this is.")
    say(f"{report.state.value} (exit {report.exit_code})", style="bold")


def _explain_records(report: TiledReport) -> None:
    for kind, count in (report.records or {}).items():
        if report.shots:
            say(
                f"  {kind:<16} {count.of_shot:>7} of the shot, "
                f"{count.without_shot} of no shot, {count.elsewhere} of others"
            )
        else:
            say(f"  {kind:<16} {count.of_shot:>7}")
