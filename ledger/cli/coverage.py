"""`jangbu coverage`: which delivered pictures show which record frames of a cut."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.cli.reading import Reason, noted
from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.digest import sha256_hex
from ledger.errors import JangbuError
from ledger.evidence.output import write_output
from ledger.files import read_bounded
from ledger.history.coverage import Coverage, Covered, Delivered, Match
from ledger.production.access import Read
from ledger.production.covering import cut_of, delivered_files, known_frames
from ledger.production.film import read_film
from ledger.production.opening import opened
from pipeline.colour.viewing import view
from pipeline.frames.raster import samples_digest
from pipeline.frames.rasters import read_raster
from pipeline.kernels.iscc import fingerprint

DISTANCE: Final = 20
"""Bits of 256: another resizer keeps 90 of 100 pictures within these."""
LARGEST_PICTURE: Final = 1 << 30
PROVEN: Final = frozenset({Match.FILE, Match.PIXELS, Match.BLACK})
REFUTED: Final = frozenset({Match.ELSEWHERE, Match.UNMATCHED, Match.ABSENT})


def coverage(
    folder: Folder,
    media: Annotated[Path, typer.Option(help="The delivered pictures, numbered.")],
    cut: Annotated[
        str | None, typer.Option(help="Id of the cut; needed if there are several.")
    ] = None,
    first: Annotated[
        int | None,
        typer.Option(help="Number in the name of record frame 0; the smallest."),
    ] = None,
    distance: Annotated[
        int, typer.Option(help="Bits of 256 that fingerprints may differ in.")
    ] = DISTANCE,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write one line a record frame.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace the file if it exists.")] = False,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Compare delivered pictures with a cut, record frame by record frame.

    0: every record frame is the measured picture. 1: some are not, or did not come.
    3: some only look like it, or are made of several pictures.
    """

    def use_case() -> Answered:
        with opened(folder) as production:
            film = read_film(production)
            opened_now = production.vault.opened
            noted(production, Read(command="coverage", count=opened_now, why=reason))
            asked = cut_of(film, cut)
            judge = Coverage(known_frames(production, film), distance)
        pictures = {n: _picture(path) for n, path in delivered_files(media, first)}
        rows = list(judge.of(asked.leaves, pictures))
        if out is not None:
            write_output(out, [lines_of(rows)], overwrite=force)
        counts = Counter(row.match.value for row in rows)
        strangers = len(pictures.keys() - {row.frame for row in rows})
        _explain(counts, strangers)
        return _exit_code(rows, strangers), {
            "cut": asked.source.id,
            "record_frames": len(rows),
            "distance": distance,
            "matches": {one.value: counts[one.value] for one in Match},
            "pictures_beyond_the_cut": strangers,
        }

    raise typer.Exit(answer(use_case, as_json=as_json))


def _picture(path: Path) -> Delivered:
    content = read_bounded(path, LARGEST_PICTURE)
    file = sha256_hex(content)
    try:
        raster = read_raster(content)
        shown, viewed = view(raster)
    except JangbuError:
        # What cannot be decoded may still be a sealed file; else it is unmatched.
        return Delivered(file=file)
    iscc, profile = fingerprint(shown, bits=256)
    pixels = samples_digest(raster.rgb, raster.bits, raster.alpha)
    return Delivered(file=file, pixels=pixels, iscc=iscc, profile=profile + viewed)


def lines_of(rows: Iterable[Covered]) -> bytes:
    """As JSON lines, without names and codes."""
    return canonical.lines(map(_row, rows))


def _row(row: Covered) -> JsonValue:
    value: dict[str, JsonValue] = {"frame": row.frame, "match": row.match.value}
    if row.file is not None:
        value["file"] = row.file
    if row.distance is not None:
        value["distance"] = row.distance
    if row.source is not None:
        shot, view, frame = row.source
        value["source"] = {"shot": shot, "view": view, "frame": frame}
    return value


def _exit_code(rows: Iterable[Covered], strangers: int) -> int:
    met = {row.match for row in rows}
    if met & REFUTED or strangers:
        return 1
    return 0 if met <= PROVEN else 3


def _explain(counts: Counter[str], strangers: int) -> None:
    for match in Match:
        if counts[match.value]:
            say(f"  {counts[match.value]:>7} {match.value}")
    if strangers:
        say(f"  {strangers:>7} pictures beyond the cut")
