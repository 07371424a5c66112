"""Answers as people read them."""

from collections.abc import Callable, Sequence

import pytest

from ledger.answers.asked import Asked
from ledger.answers.authorship import authorship
from ledger.answers.finding import Finding
from ledger.answers.title import chain_of_title
from ledger.cli.answer_table import show
from ledger.history.film import Film
from ledger.records.identity import as_day
from ledger.rules.rulebook import Rulebook, packaged_rulebook
from ledger.rules.values import Strength
from tests.simulators.five_shots import five_shots

ON = as_day("2026-11-22")
Ask = Callable[[Film, Rulebook, Asked], Sequence[Finding]]


@pytest.mark.parametrize("ask", [authorship, chain_of_title])
def test_a_heading_joins_only_parts_that_say_something(
    ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    film, rulebook = five_shots().film(), packaged_rulebook()
    findings = ask(film, rulebook, Asked(on=ON, floor=Strength.CERTIFIED))
    show(film, rulebook, findings, floor="certified", on=ON)
    lines = capsys.readouterr().err.splitlines()
    headings = [one for one in lines if one.startswith("row ")]
    assert headings
    for one in headings:
        about = one.partition(": ")[2].split(" · ")
        assert all(part.strip(" –") for part in about), one
