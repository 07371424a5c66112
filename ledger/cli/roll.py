"""`jangbu roll`: a cut's credits, from the records, as PDF and JSON."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.documents import check_places, write_document
from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.cli.reading import Reason, noted
from ledger.credits.build import build_roll
from ledger.credits.policies import ORDERS, packaged_order, packaged_roles
from ledger.credits.roll import Roll
from ledger.errors import CutError, UnreadableInputError, UsageError
from ledger.files import read_bounded
from ledger.history.film import Film
from ledger.production.access import Read
from ledger.production.film import read_film
from ledger.production.opening import Production, opened
from ledger.reports.fonts import read_fonts
from ledger.reports.roll_document import roll_document, roll_sheet
from ledger.reports.typesetting import typeset
from pipeline.editing.cut import ResolvedCut, resolve_cut
from pipeline.editing.cut_json import LARGEST_BYTES
from pipeline.recording.cut_shots import cut_shots

AddedFonts = Annotated[
    list[Path] | None,
    typer.Option("--font", help="A font file with glyphs that the packaged one lacks."),
]


def roll(
    folder: Folder,
    cut: Annotated[Path, typer.Option(help="The cut, an OpenTimelineIO file.")],
    out: Annotated[Path, typer.Option(help="The PDF to write; JSON goes beside it.")],
    order: Annotated[str, typer.Option(help=f"One of {', '.join(ORDERS)}.")] = ORDERS[
        0
    ],
    font: AddedFonts = None,
    force: Annotated[bool, typer.Option(help="Replace files that exist.")] = False,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Write a cut's credit roll, with the evidence for each line."""

    def use_case() -> Answered:
        check_places(out, force=force)
        with opened(folder) as production:
            made = make_roll(
                production,
                cut,
                out,
                order=order,
                fonts=tuple(font or ()),
                force=force,
                reason=reason,
            )
        return 0, summary(made)

    raise typer.Exit(answer(use_case, as_json=as_json))


def make_roll(  # what one call of the command says
    production: Production,
    cut: Path,
    out: Path,
    *,
    order: str = ORDERS[0],
    fonts: tuple[Path, ...] = (),
    force: bool = False,
    reason: str | None = None,
) -> Roll:
    """Build, typeset and write a roll."""
    if order not in ORDERS:
        raise UsageError(
            f"one of {', '.join(ORDERS)}",
            met=order,
            advice="Give one of them.",
            where="--order",
        )
    film = read_film(production)
    noted(production, Read(command="roll", count=production.vault.opened, why=reason))
    resolved = read_cut(cut, film)
    for note in resolved.notes:
        say(f"note: {note.where}: {note.text}")
    built = build_roll(film, resolved, packaged_roles(), packaged_order(order))
    read = read_fonts(fonts)
    document = roll_document(built, film, read)
    pdf = typeset(roll_sheet(document), read)
    beside = write_document(out, pdf, document, force=force)
    counts = summary(built)
    say(
        f"Wrote {out} and {beside}: {counts['lines']} lines, {counts['models']} models."
    )
    say(f"Demanded by contract, without evidence: {counts['lines_without_evidence']}.")
    say(f"Took part, without a line: {counts['people_without_lines']}.")
    say(f"Seen, origin unrecorded: {counts['origin_unrecorded']}.")
    return built


def read_cut(path: Path, film: Film) -> ResolvedCut:
    """Read a cut's file and resolve it to frames of a film.

    Raises:
        CutError: no such cut, or it names clips or frames that do not exist.
    """
    try:
        raw = read_bounded(path, LARGEST_BYTES)
    except UnreadableInputError as error:
        raise CutError(
            "a cut, as an OpenTimelineIO file",
            met=error.met,
            advice="Name a cut's .otio file.",
            where=str(path),
        ) from error
    try:
        return resolve_cut(raw, cut_shots(film))
    except CutError as error:
        error.where = f"{path}: {error.where}" if error.where else str(path)
        raise


def summary(roll: Roll) -> dict[str, Any]:
    """Counts alone: names stand in the files."""
    return {
        "log": roll.log,
        "size": roll.size,
        "frames": roll.cut.frames,
        "departments": len(roll.blocks),
        "lines": sum(len(one.lines) for one in roll.blocks) + len(roll.companies),
        "models": len(roll.models),
        "lines_without_evidence": len(roll.lines_without_evidence),
        "people_without_lines": len(roll.people_without_lines),
        "contributions_not_seen": len(roll.contributions_not_seen),
        "origin_unrecorded": len(roll.origin_unrecorded),
    }
