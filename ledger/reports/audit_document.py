"""The audit report as one JSON document, `jangbu-report/1`: the report itself.

PDF and page are made from it and add nothing but wording and percentages. Fields:
docs/reference/report.md. It names people and shots: it is for those who may know them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.answers.asked import Asked
from ledger.answers.finding import Finding
from ledger.history.film import Film, Shot, Source
from ledger.records.identity import as_instant
from ledger.reports.audit_evidence import (
    ended_rows,
    entry_rows,
    party_rows,
    policy_rows,
)
from ledger.reports.audit_finding import Context, InForce, finding_row
from ledger.reports.audit_text import DISCLAIMER, QUESTIONS, READING, TITLE
from ledger.reports.cut_strip import cut_strip
from ledger.reports.fonts import Font
from ledger.reports.pictures import Pictures
from ledger.reports.shown_pictures import PictureShelf
from ledger.reports.strip import DOUBT, bands
from ledger.reports.typesetting import Sheet
from ledger.reports.wording import PARTS, UNITS, audit_words

FORMAT: Final = "jangbu-report/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report's document, and the pictures that it names."""

    document: dict[str, Any]
    pictures: dict[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a report is made with."""

    rulebook: InForce
    pictures: Pictures
    fonts: Sequence[Font]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is asked of which film: `authorship` or `chain-of-title`."""

    question: str
    film: Film
    asked: Asked


def audit_report(subject: Subject, findings: Sequence[Finding], means: Means) -> Report:
    """Make the report on a question from its findings."""
    film, asked = subject.film, subject.asked
    sources = {one.id: one for one in sources_of(film)}
    context = Context(
        film=film,
        rulebook=means.rulebook,
        on=asked.on,
        sources=sources,
        ended={one.id: one.index for one in film.ended},
    )
    shelf = PictureShelf(film=film, pictures=means.pictures)
    rows = []
    for number, finding in enumerate(findings, start=1):
        row = finding_row(number, finding, context)
        row["pictures"] = shelf.rows(finding)
        rows.append(row)
    document = {
        "format": FORMAT,
        "title": TITLE,
        "production": film.title,
        "studio": studio_of(film),
        "question": {"id": subject.question, **QUESTIONS[subject.question]},
        "asked": _asked(asked, film),
        "log": log_row(film),
        "disclaimer": DISCLAIMER,
        "summary": _summary(rows),
        "cut": cut_strip(film, rows) if subject.question == "authorship" else None,
        "strip": list(_strip(film, rows)),
        "findings": rows,
        "entries": list(entry_rows(findings, sources)),
        "ended": list(ended_rows(findings, film)),
        "parties": list(party_rows(findings, film)),
        "policies": list(policy_rows(rows, context)),
        "reading": READING,
        "fonts": [{"name": one.name, "digest": one.digest} for one in means.fonts],
    }
    return Report(document=document, pictures=shelf.files)


def audit_sheet(report: Report) -> Sheet:
    """The report as it is given to the typesetter."""
    return Sheet(
        template="audit.typ",
        document=report.document,
        words=audit_words(),
        at=as_instant(report.document["log"]["as_of"]),
        pictures=report.pictures,
    )


def sources_of(film: Film) -> Iterator[Source]:
    """Every current statement that the film's facts were taken from."""
    for shot in film.shots.values():
        yield shot.source
        if shot.version is not None:
            yield shot.version
    for kept in (film.assets, film.runs):
        yield from (one.source for one in kept.values())
    for facts in (
        film.generations,
        film.contributions,
        film.engagements,
        film.opinions,
        film.changes,
        film.cuts,
    ):
        yield from (one.source for one in facts)


def log_row(film: Film) -> dict[str, Any]:
    """Which log, at which size, and the time of its newest current fact."""
    return {
        "origin": film.log,
        "size": film.size,
        "root": film.root,
        "as_of": max(
            (one.admitted_at for one in sources_of(film)),
            default="1970-01-01T00:00:00.000000Z",
        ),
    }


def studio_of(film: Film) -> str | None:
    """The name of the company that keeps the log; `None` once erased."""
    party = film.parties.get(film.studio)
    return None if party is None else party.name


def _asked(asked: Asked, film: Film) -> dict[str, Any]:
    codes = [_code(one) for one in asked.shots_of(film)] if asked.shots else None
    return {
        "shots": codes,
        "frames": list(asked.frames) if asked.frames else None,
        "floor": asked.floor.name.lower(),
        "on": asked.on,
    }


def _code(shot: Shot) -> str:
    return shot.code or shot.uid


def _summary(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    made = []
    for state in reversed(DOUBT):
        those = [row for row in rows if row["shown"] == state]
        if those:
            frames = sum(end - start for row in those for start, end in row["frames"])
            made.append({"state": state, "findings": len(those), "frames": frames})
    return made


def _strip(film: Film, rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for shot in film.shots.values():
        own = [row for row in rows if row["shot"] == shot.uid and row["frames"]]
        if shot.range is None or not own:
            continue
        within = (shot.range.start, shot.range.end)
        yield {
            "shot": shot.uid,
            "code": _code(shot),
            "frames": list(within),
            "rows": [
                {
                    "number": row["number"],
                    "unit": row["unit"],
                    "label": _label(row),
                    "bands": [
                        list(one)
                        for one in bands([(row["shown"], row["frames"])], within)
                    ],
                }
                for row in own
            ],
        }


def _label(row: dict[str, Any]) -> str:
    """What a row of the strip is about, as far as its shot does not say it."""
    words = [row["name"] or ""]
    if row["unit"] != "element":
        words.append(UNITS[row["unit"]]["ko"])
    elif row["part"] not in {None, "whole"}:
        words.append(PARTS[row["part"]]["ko"])
    return " ".join(one for one in words if one)
