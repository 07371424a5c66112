"""`jangbu dispose`: what is destroyed on purpose, said before it goes."""

import hashlib
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.errors import UnreadableInputError
from ledger.production.disposing import dispose
from ledger.production.opening import opened

_PIECE: Final = 1 << 20


def dispose_command(
    folder: Folder,
    basis: Annotated[str, typer.Option(help="Why, as a token: retention-ended.")],
    file: Annotated[
        list[Path] | None,
        typer.Option(help="A file that the log knows; it is named by its bytes."),
    ] = None,
    digest: Annotated[
        list[str] | None, typer.Option(help="SHA-256 of a file or blob, in hex.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Log that files or blobs are destroyed on purpose, and remove the blobs."""

    def use_case() -> Answered:
        digests = [*(digest or ()), *map(_digest_of, file or ())]
        with opened(folder) as production:
            done = dispose(production, digests, basis)
        say(f"Logged as destroyed: {done.named}; blobs removed: {done.removed}.")
        say("Files elsewhere are yours to destroy, and so are copies and backups.")
        return 0, {"id": done.id, "named": done.named, "removed": done.removed}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _digest_of(path: Path) -> str:
    found = hashlib.sha256()
    try:
        with path.open("rb") as content:
            while piece := content.read(_PIECE):
                found.update(piece)
    except OSError as error:
        raise UnreadableInputError(
            "a file that can be read",
            met=error.strerror or type(error).__name__,
            advice="Name it by --digest if it is gone already.",
            where=str(path),
        ) from error
    return found.hexdigest()
