"""`jangbu bundle`, `verify`, `fsck` and `disclose`: evidence."""

import os
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder, Trust
from ledger.cli.readers import FrameCredentials, FramePixels
from ledger.cli.reading import Reason, noted
from ledger.cli.sealed_files import SealedFiles
from ledger.errors import UnreadableInputError, UsageError
from ledger.evidence.archive import MAX_BYTES
from ledger.evidence.bundle import Bundle, Request, Sources, collect, write_bundle
from ledger.evidence.companions import Companions
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import TrustFile, read_trust
from ledger.evidence.verdict import Verdict
from ledger.evidence.verify import verify_bundle
from ledger.files import read_bounded
from ledger.log.note import MAX_BYTES as LARGEST_NOTE
from ledger.production.access import Read
from ledger.production.accompanying import companions_of
from ledger.production.opening import Production, opened

LARGEST_FILE: Final = 1 << 30
"""Of files beside a bundle: a frame is far smaller."""


def bundle(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    shot: Annotated[
        list[str] | None, typer.Option(help="A shot's code; all shots if left out.")
    ] = None,
    frames: Annotated[
        str, typer.Option(help="Sealed frames to include: all, sample:N or none.")
    ] = "none",
    disclose: Annotated[
        list[str] | None,
        typer.Option(help="A private field to open, as ENTRY:PATH (4:/body/name)."),
    ] = None,
    exporter: Annotated[
        str, typer.Option(help="Who takes this copy, for the custody statement.")
    ] = "",
    force: Annotated[bool, typer.Option(help="Replace the file if it exists.")] = False,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Write an evidence bundle that a stranger can verify offline."""

    def use_case() -> Answered:
        with opened(folder) as production:
            request = Request(
                shots=tuple(_shot_uid(production, code) for code in shot or ()),
                frames=_frames(frames),
                disclose=tuple(_field(text, production) for text in disclose or ()),
            )
            if disclose:
                noted(
                    production,
                    Read(command="bundle", count=len(request.disclose), why=reason),
                )
            beside = companions_of(production, exporter)
            collected = bundle_production(
                production, request, out, companions=beside, force=force
            )
            waiting = sum(1 for _ in production.recorder.outbox.pending())
        size = out.stat().st_size
        say(f"Wrote {out}: {collected.size} entries, {size:,} bytes.")
        if waiting:
            say(f"{waiting} parcels wait in the outbox and are not in this bundle.")
        if collected.withheld:
            say(f"Withheld {collected.withheld}, of these erased {collected.erased}.")
        return 0, {
            "size": collected.size,
            "withheld": collected.withheld,
            "erased": collected.erased,
            "bytes": size,
        }

    raise typer.Exit(answer(use_case, as_json=as_json))


def bundle_production(
    production: Production,
    request: Request,
    out: Path,
    *,
    companions: Companions | None = None,
    force: bool,
) -> Bundle:
    """Collect and write a bundle of a production."""
    sealed = SealedFiles(production.vault.locations())
    sources = Sources(
        log=production.reader(),
        openings=production.vault,
        blobs=production.blobs,
        frames=sealed.read,
        sidecars=sealed.read_sidecar,
    )
    with production.vault.reading():
        studio = production.keys.signing_key("studio")
        collected = collect(sources, request, studio, companions)
    write_bundle(out, collected, overwrite=force)
    return collected


def _shot_uid(production: Production, code: str) -> str:
    uid = production.registry.shot_uid(code)
    if uid is None:
        raise UsageError(
            "a shot that production.toml lists",
            met=code,
            advice="Give the shot's present code.",
            where="--shot",
        )
    return uid


def _frames(text: str) -> str:
    if not re.fullmatch(r"all|none|sample:[1-9][0-9]{0,8}", text):
        raise UsageError(
            "all, none or sample:N",
            met=text,
            advice="Give one of the three, as in --frames sample:24.",
            where="--frames",
        )
    return text


def _field(text: str, production: Production) -> tuple[str, str]:
    statement, colon, path = text.partition(":")
    if not colon or not path.startswith("/"):
        raise UsageError(
            "a field as ENTRY:/path",
            met=text,
            advice="Give an index or a statement's id, and a path: 4:/body/name.",
            where="--disclose",
        )
    if statement.isdigit() and len(statement) < len("18446744073709551615"):
        index = int(statement)
        found = production.reader().statements(index, index + 1)
        statement = found[0].id if found else statement
    return statement, path


def verify(
    file: Annotated[Path, typer.Argument(help="The bundle.")],
    trust: Trust = None,
    media: Annotated[
        Path | None, typer.Option(help="A folder of frames to check as well.")
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(help="A signed checkpoint that you kept: was history rewritten?"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a bundle offline: 0 verified, 3 open or origin unknown, 5 failed."""

    def use_case() -> Answered:
        trusted = read_trust(trust) if trust else None
        verdict = verify_bundle(
            read_bounded(file, MAX_BYTES),
            trusted,
            Readers(pixels=FramePixels(), credentials=FrameCredentials()),
            _media(media) if media else None,
            since=read_bounded(since, LARGEST_NOTE) if since else None,
        )
        _explain(verdict, trusted)
        if media and not verdict.media.beside:
            say("The files beside the bundle were not looked at.")
        document = {**verdict.to_json(), "program": f"jangbu {version('jangbu')}"}
        return verdict.exit_code, document

    raise typer.Exit(answer(use_case, as_json=as_json))


def _media(folder: Path) -> Iterator[tuple[str, bytes | None]]:
    """Files of a folder, each read when it is its turn: together they may be large."""
    try:
        found = list(_entries(folder))
    except OSError as error:
        raise _no_media(error.strerror or type(error).__name__, folder) from error
    if not found:
        raise _no_media("a folder without files", folder)
    # Manifests first, so that they are known when the frames beside them come. Only
    # the order goes by names: what a file is, its digest says.
    found.sort(key=lambda one: not one[0].name.endswith(".c2pa"))
    return (
        (entry.path, read_bounded(Path(entry.path), LARGEST_FILE) if regular else None)
        for entry, regular in found
    )


def _entries(folder: Path) -> Iterator[tuple[os.DirEntry[str], bool]]:
    """Everything in a folder but folders and hidden ones; whether it is a file."""
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    yield entry, _is_regular(entry)


def _is_regular(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False  # a link in a circle, or to where we may not look


def _no_media(met: str, folder: Path) -> UnreadableInputError:
    return UnreadableInputError(
        "a folder with frames",
        met=met,
        advice="Give the folder that the frames lie in.",
        where=str(folder),
    )


def _explain(verdict: Verdict, trust: TrustFile | None) -> None:
    for check in verdict.checks:
        say(f"  ok    {check.step}: {check.count}")
    for failure in verdict.failures:
        say(f"  FAIL  {failure.step}: {failure.error}", style="red")
    for point in verdict.open_points:
        say(f"  open  {point.reason.value}: {point.what} ({point.count})")
    for name in verdict.media.strangers:
        say(f"        not a frame of this log: {name}")
    media = verdict.media
    if media.beside:
        say(
            f"files beside the bundle: {media.matched} of this log, "
            f"{media.unmatched} others; {media.missing} frames missing"
        )
    if verdict.log and not verdict.failures:
        _explain_log(verdict, trust)
    say(f"{verdict.state.value} (exit {verdict.exit_code})", style="bold")


def _explain_log(verdict: Verdict, trust: TrustFile | None) -> None:
    say(verdict.question)
    if verdict.outside:
        say(f"{verdict.outside} entries outside of the question")
    say(verdict.pixels)
    if verdict.coverage:
        say(verdict.coverage)
    if trust is None:
        say("No trust file was given, so nobody says whose log this is.")
    elif trust.log != verdict.log:
        say(f"The trust file is of the log {trust.log}, and the bundle of another.")
    first, *rest = verdict.witnessing.text(verdict.size)
    say(f"log {verdict.log}, {verdict.size} entries; {first}")
    for line in (*rest, *(one.text for one in verdict.times)):
        say(line)
