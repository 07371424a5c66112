"""Every code that an answer can carry has words, and the pages say the same ones."""

import re

import pytest

from ledger.answers.strengths import NOT_INDEPENDENT, REVOKED, SELF_ASSESSED
from ledger.answers.title import ENGAGED_BY_ANOTHER
from ledger.reports.wording import (
    FLAGS,
    FLOORS,
    PARTS,
    REASONS,
    STATES,
    TRUTHS,
    audit_words,
)
from ledger.rules.rulebook import packaged_rulebook
from ledger.rules.values import Reason, State, Strength, Tag, Truth
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "reference" / "answers.md").read_text(encoding="utf-8")
KOREAN = dict(
    re.findall(r"^\| `([a-z_]+)` \| ([^|]*[가-힣][^|]*?) \|", PAGE, re.MULTILINE)
)


def test_every_flag_of_an_answer_or_a_policy_has_words() -> None:
    raised = {
        one.id for policy in packaged_rulebook().policies for one in policy.indicators
    }
    said = {SELF_ASSESSED, NOT_INDEPENDENT, REVOKED, ENGAGED_BY_ANOTHER}
    assert raised
    assert FLAGS.keys() == raised | said
    assert all(f"`{flag}`" in PAGE for flag in FLAGS)


def test_every_code_has_words() -> None:
    states = {one.value for one in State} | {one.value for one in Tag}
    assert states == STATES.keys()
    assert {one.value for one in Reason} == REASONS.keys()
    assert {one.name.lower() for one in Truth} == TRUTHS.keys()
    assert {one.name.lower() for one in Strength} >= FLOORS.keys() - {"any"}


@pytest.mark.parametrize("code", sorted({**STATES, **REASONS, **PARTS}))
def test_states_reasons_and_parts_are_called_as_the_page_of_answers_calls_them(
    code: str,
) -> None:
    assert {**STATES, **REASONS, **PARTS}[code]["ko"] == KOREAN[code]


def test_all_words_are_in_both_languages_and_none_is_a_bare_code() -> None:
    for table in audit_words().values():
        for code, pair in table.items():
            assert re.search("[가-힣]", pair["ko"]), code
            assert pair["en"]
            assert "_" not in pair["ko"] + pair["en"]
