"""`jangbu report`: answers with pictures, law and evidence, as PDF and JSON."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.answers.authorship import authorship
from ledger.answers.title import chain_of_title
from ledger.cli.asking import Floor, Question, asked_of, day_of, span_of
from ledger.cli.documents import check_places, write_document
from ledger.cli.output import Answered, answer, say
from ledger.cli.pictures import found_pictures
from ledger.cli.production import AsJson, Folder
from ledger.cli.reading import Reason, noted
from ledger.cli.roll import AddedFonts
from ledger.production.access import Read
from ledger.production.film import read_film
from ledger.production.opening import Production, opened
from ledger.reports.audit_document import (
    Means,
    Report,
    Subject,
    audit_report,
    audit_sheet,
)
from ledger.reports.fonts import read_fonts
from ledger.reports.typesetting import typeset
from ledger.rules.rulebook import packaged_rulebook


def report(
    question: Annotated[Question, typer.Argument(help="What is asked.")],
    folder: Folder,
    out: Annotated[Path, typer.Option(help="The PDF to write; JSON goes beside it.")],
    shot: Annotated[
        list[str] | None,
        typer.Option(help="A shot's present code; may be given more than once."),
    ] = None,
    frames: Annotated[
        str | None, typer.Option(help="Frames A-B, both included, in each shot.")
    ] = None,
    floor: Annotated[
        Floor, typer.Option(help="Facts from weaker sources do not count.")
    ] = Floor.ANY,
    on: Annotated[
        str | None, typer.Option(help="Law of this day (YYYY-MM-DD); today in Seoul.")
    ] = None,
    font: AddedFonts = None,
    force: Annotated[bool, typer.Option(help="Replace files that exist.")] = False,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Write a report on authorship or the chain of title, in Korean and English."""

    def use_case() -> Answered:
        check_places(out, force=force)
        day, span = day_of(on), span_of(frames)
        with opened(folder) as production:
            film = read_film(production)
            opened_now = production.vault.opened
            noted(production, Read(command="report", count=opened_now, why=reason))
            subject = Subject(
                question=question.value,
                film=film,
                asked=asked_of(film, shot or (), span, floor, day),
            )
            made = make_report(
                production, subject, out, fonts=tuple(font or ()), force=force
            )
        return 0, summary(made)

    raise typer.Exit(answer(use_case, as_json=as_json))


def make_report(
    production: Production,
    subject: Subject,
    out: Path,
    *,
    fonts: tuple[Path, ...] = (),
    force: bool = False,
) -> Report:
    """Answer, typeset and write a report."""
    rulebook = packaged_rulebook()
    ask = chain_of_title if _is_title(subject) else authorship
    findings = ask(subject.film, rulebook, subject.asked)
    read = read_fonts(fonts)
    means = Means(
        rulebook=rulebook,
        pictures=found_pictures(production, subject.film),
        fonts=read,
    )
    made = audit_report(subject, findings, means)
    pdf = typeset(audit_sheet(made), read)
    beside = write_document(out, pdf, made.document, force=force)
    counts = summary(made)
    say(f"Wrote {out} and {beside}: {counts['findings']} findings.")
    for state, count in counts["states"].items():
        say(f"  {state}: {count}")
    if counts["pictures_not_shown"]:
        say(f"{counts['pictures_not_shown']} pictures are not at hand and shown so.")
    say("It names people and shots: give it only to those who may know them.")
    return made


def _is_title(subject: Subject) -> bool:
    return subject.question == Question.CHAIN_OF_TITLE.value


def summary(report: Report) -> dict[str, Any]:
    """Counts alone: names stand in the files."""
    document = report.document
    rows = document["findings"]
    pictures = [one for row in rows for one in row["pictures"]]
    return {
        "question": document["question"]["id"],
        "log": document["log"]["origin"],
        "size": document["log"]["size"],
        "on": document["asked"]["on"],
        "floor": document["asked"]["floor"],
        "findings": len(rows),
        "states": dict(sorted(Counter(row["shown"] for row in rows).items())),
        "pictures": sum(one["picture"] is not None for one in pictures),
        "pictures_not_shown": sum(one["picture"] is None for one in pictures),
    }
