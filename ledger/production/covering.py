"""A cut's frames as the log knows them, and delivered files by record frame."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ledger.errors import CutError, UnreadableInputError, UsageError
from ledger.history.coverage import Known, Place
from ledger.history.film import Cut, Film
from ledger.log.leaves import read_leaves
from ledger.production.current import current_of
from ledger.production.opening import Production
from ledger.records.frames import SealedLeaf, SealSet

_NUMBER = re.compile(r"(\d+)(?=\D*\Z)")


def cut_of(film: Film, statement: str | None) -> Cut:
    """The cut that is asked about.

    Raises:
        UsageError: there are several, or none of that id.
        CutError: the log has no cut.
    """
    if not film.cuts:
        raise CutError(
            "a cut in the log",
            met="none",
            advice="Log the edited film first: jangbu cut.",
        )
    found = [one for one in film.cuts if statement in (None, one.source.id)]
    if len(found) != 1:
        raise UsageError(
            "one cut",
            met=f"{len(found)} of {len(film.cuts)} that fit",
            advice="Give the id of the cut: jangbu log lists it.",
            where="--cut",
        )
    return found[0]


def known_frames(production: Production, film: Film) -> Mapping[Place, Known]:
    """Every frame of the versions in force, with the digests of its sealed files."""
    sealed = _sealed_files(production)
    return {
        (shot.uid, shot.view, number): Known(
            measured=frame.measured,
            files=frozenset(sealed.get((frame.set, number), ())),
        )
        for shot in film.shots.values()
        for number, frame in shot.frames.items()
    }


def _sealed_files(production: Production) -> Mapping[tuple[str, int], list[str]]:
    files: dict[tuple[str, int], list[str]] = {}
    for one in current_of(production.reader(), "seal.set"):
        body = one.said.body
        if not isinstance(body, SealSet):
            continue
        raw = production.blobs.read(body.sealed.blob)
        for leaf in read_leaves(SealedLeaf, raw, body.sealed):
            files.setdefault((body.set, leaf.frame), []).append(leaf.file)
    return files


def delivered_files(folder: Path, first: int | None) -> Iterator[tuple[int, Path]]:
    """Files by record frame: the last number in a name, less that of frame 0.

    Args:
        folder: the delivered pictures, one a record frame.
        first: number in the name of record frame 0; the smallest if left out.

    Raises:
        UnreadableInputError: no numbered file, or one number twice.
    """
    numbered: dict[int, Path] = {}
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise _no_files(error.strerror or "no folder", folder) from error
    for path in paths:
        found = _NUMBER.search(path.stem)
        if path.name.startswith(".") or found is None:
            continue
        number = int(found[1])
        if number in numbered:
            raise _no_files(f"{numbered[number].name} and {path.name}", folder)
        numbered[number] = path
    if not numbered:
        raise _no_files("no numbered file", folder)
    start = min(numbered) if first is None else first
    for number, path in sorted(numbered.items()):
        yield number - start, path


def _no_files(met: str, folder: Path) -> UnreadableInputError:
    return UnreadableInputError(
        "a folder with one numbered picture for each record frame",
        met=met,
        advice="Give the folder of the delivered sequence.",
        where=str(folder),
    )
