"""`jangbu prove`: proofs out of a production, for whoever is to check them offline."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.encoding.digest import sha256_hex
from ledger.errors import CheckpointError, UnreadableInputError, UsageError
from ledger.evidence.output import write_output
from ledger.evidence.proofs.making import Prover
from ledger.files import read_bounded
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import MAX_BYTES, parse_note
from ledger.production.opening import Production, opened
from ledger.production.proving import FrameWanted, index_of
from ledger.production.proving import prove_frame as prove_one_frame
from ledger.production.signed_log import read_signed_log

VIEWS: Final = ("screen", "left", "right")

Out = Annotated[Path, typer.Option("--out", "-o", help="The file to write.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file.")]
Made = tuple[bytes, dict[str, Any]]


def prove_entry(
    folder: Folder,
    entry: Annotated[
        str, typer.Argument(metavar="ID", help="Index, or the statement's id.")
    ],
    out: Out,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Prove that the log holds an entry."""

    def make(_: Production, prover: Prover) -> Made:
        index = index_of(prover, entry)
        return prover.entry(index), {"index": index}

    _prove(folder, make, out, force=force, as_json=as_json)


def prove_frame(
    folder: Folder,
    shot: Annotated[str, typer.Argument(help="The shot's present code.")],
    frame: Annotated[int, typer.Argument(help="The frame's number in the shot.")],
    out: Out,
    view: Annotated[str, typer.Option(help="screen, left or right.")] = "screen",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Prove what the log says of one frame: leaf, cell, log."""

    def make(production: Production, prover: Prover) -> Made:
        if view not in VIEWS:
            raise UsageError(
                "screen, left or right",
                met=view,
                advice="Give one of the three.",
                where="--view",
            )
        wanted = FrameWanted(shot_uid(production, shot), view, frame)
        return prove_one_frame(production, prover, wanted), {"frame": frame}

    _prove(folder, make, out, force=force, as_json=as_json)


def prove_consistency(
    folder: Folder,
    old: Annotated[
        Path,
        typer.Argument(metavar="OLD_CHECKPOINT", help="A checkpoint seen earlier."),
    ],
    out: Out,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Prove that the log still holds all that an older checkpoint promised."""

    def make(production: Production, prover: Prover) -> Made:
        keys = read_signed_log(production.reader()).keys
        return prover.growth(_note_in(old), keys), {}

    _prove(folder, make, out, force=force, as_json=as_json)


def _note_in(path: Path) -> bytes:
    """A file's bytes, if they are a checkpoint at all, whoever signed it."""
    note = read_bounded(path, MAX_BYTES)
    try:
        parse_checkpoint(parse_note(note).text)
    except CheckpointError as error:
        raise UnreadableInputError(
            f"a signed checkpoint: {error.expected}",
            met=error.met,
            advice="Give a checkpoint of this log that you kept.",
            where=str(path),
        ) from error
    return note


def prove_complete(
    folder: Folder,
    out: Out,
    shot: Annotated[
        list[str] | None, typer.Option(help="A shot's present code; all if left out.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Prove how many records of each kind there are, withheld ones included."""

    def make(production: Production, prover: Prover) -> Made:
        shots = [shot_uid(production, code) for code in shot or ()]
        return prover.complete(shots), {"shots": sorted(set(shots))}

    _prove(folder, make, out, force=force, as_json=as_json)


def shot_uid(production: Production, code: str) -> str:
    """The uid of a shot by its code.

    Raises:
        UsageError: production.toml lists no such shot.
    """
    uid = production.registry.shot_uid(code)
    if uid is None:
        raise UsageError(
            "a shot that production.toml lists",
            met=code,
            advice="Give the shot's present code.",
            where="SHOT",
        )
    return uid


def _prove(
    folder: Path,
    make: Callable[[Production, Prover], Made],
    out: Path,
    *,
    force: bool,
    as_json: bool,
) -> None:
    def use_case() -> Answered:
        with opened(folder) as production, production.vault.reading():
            prover = Prover(production.reader(), production.vault)
            content, told = make(production, prover)
        write_output(out, [content], overwrite=force)
        say(f"Wrote {out}: {len(content):,} bytes.")
        digest = sha256_hex(content)
        return 0, {
            **told,
            "size": len(prover.entries),
            "bytes": len(content),
            "digest": digest,
        }

    raise typer.Exit(answer(use_case, as_json=as_json))
