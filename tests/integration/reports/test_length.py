"""A report is as long as a reader bears."""

import pypdfium2
import pytest

from ledger.answers.asked import Asked
from ledger.answers.authorship import authorship
from ledger.answers.title import chain_of_title
from ledger.records.identity import as_day
from ledger.reports.audit_document import Means, Report, Subject, audit_report
from ledger.reports.audit_document import audit_sheet as sheet_of
from ledger.reports.fonts import Font, read_fonts
from ledger.reports.typesetting import typeset
from ledger.rules.rulebook import packaged_rulebook
from tests.simulators.five_shots import five_shots
from tests.simulators.painted_pictures import PaintedPictures


@pytest.fixture(scope="module")
def fonts() -> tuple[Font, ...]:
    return read_fonts()


def report_on(question: str, fonts: tuple[Font, ...]) -> Report:
    film, rulebook = five_shots().film(), packaged_rulebook()
    asked = Asked(on=as_day("2026-11-22"))
    ask = authorship if question == "authorship" else chain_of_title
    subject = Subject(question=question, film=film, asked=asked)
    means = Means(rulebook=rulebook, pictures=PaintedPictures(), fonts=fonts)
    return audit_report(subject, ask(film, rulebook, asked), means)


@pytest.mark.parametrize("question", ["authorship", "chain-of-title"])
def test_a_report_has_at_most_five_pages_and_half_a_page_for_each_finding(
    question: str, fonts: tuple[Font, ...]
) -> None:
    made = report_on(question, fonts)
    pdf = typeset(sheet_of(made), fonts)
    findings = len(made.document["findings"])
    assert findings > 3
    assert len(pypdfium2.PdfDocument(pdf)) <= 5 + findings / 2
    assert len(pdf) < 3_000_000


def test_a_finding_shows_only_what_decides_it(fonts: tuple[Font, ...]) -> None:
    document = report_on("authorship", fonts).document
    for row in document["findings"]:
        shown = [place for part in row["deciding"] for place in part["nodes"]]
        assert shown == sorted(set(shown))
        assert len(shown) <= 12
        assert len(shown) < len(row["trace"]) / 2
