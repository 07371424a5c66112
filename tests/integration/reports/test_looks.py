"""How documents look: spaces after commas, and labels that can be read."""

import re
from copy import deepcopy
from typing import Any

import pypdfium2
import pytest

from ledger.records.identity import as_instant
from ledger.reports.fonts import Font, read_fonts
from ledger.reports.typesetting import Sheet, typeset
from ledger.reports.wording import audit_words
from tests.simulators.report_samples import audit, audit_pictures
from tests.simulators.roll_samples import roll

AT = as_instant("2026-11-22T03:04:05.000000Z")


@pytest.fixture(scope="module")
def fonts() -> tuple[Font, ...]:
    return read_fonts()


def pages(pdf: bytes) -> list[pypdfium2.PdfTextPage]:
    return [page.get_textpage() for page in pypdfium2.PdfDocument(pdf)]


def audited(document: dict[str, Any], fonts: tuple[Font, ...]) -> bytes:
    sheet = Sheet(
        template="audit.typ",
        document=document,
        words=audit_words(),
        at=AT,
        pictures=audit_pictures(),
    )
    return typeset(sheet, fonts)


def test_a_space_after_a_comma_is_there_in_centred_text_too(
    fonts: tuple[Font, ...],
) -> None:
    sheet = Sheet(template="roll.typ", document=roll(), words={}, at=AT)
    (page,) = (
        page
        for page in pages(typeset(sheet, fonts))
        if "도구이며" in page.get_text_range()
    )
    text = page.get_text_range()
    assert "도구이며, 사람이나 참여자가 아닙니다." in text
    # The word after the comma begins where the space ends, 0.224 of 9 pt later.
    comma = text.index("도구이며,") + len("도구이며")
    after = page.get_charbox(text.index("사람이나", comma))[0]
    assert after - page.get_charbox(comma)[2] > 2.5


def test_a_shot_in_the_strip_is_labelled_where_its_label_fits(
    fonts: tuple[Font, ...],
) -> None:
    document = deepcopy(audit())
    strip = document["cut"]
    first = strip["segments"][0]
    source = first["sources"][0]
    # 12 % of the row has room for a code of ten letters, 2 % has none.
    parts = [(0, 12, "FIT_000010"), (12, 14, "CUT_000020"), (14, 100, "LNG_000030")]
    strip["frames"] = 100
    strip["segments"] = [
        {
            **first,
            "frames": [start, end],
            "manner": ["retimed"],
            "sources": [{**source, "code": code}],
        }
        for start, end, code in parts
    ]
    text = "".join(page.get_text_range() for page in pages(audited(document, fonts)))
    # The table has each of them once; the strip those that fit.
    found = {code: len(re.findall(code, text)) for _, _, code in parts}
    assert found == {"FIT_000010": 2, "CUT_000020": 1, "LNG_000030": 2}


def head_of(pdf: bytes) -> str:
    (page, *_) = pypdfium2.PdfDocument(pdf)
    width, height = page.get_size()
    text: str = page.get_textpage().get_text_bounded(0, height - 50, width, height)
    return " ".join(text.split())


LONG_PART = "긴 제목이 머리글에 들어갈 자리가 없는 작품 " * 3
KOREAN = "안개의 용 (가제·가공)"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (f"{KOREAN} / The Mist Dragon (working title, fictional)", None),
        (f"{KOREAN} / {'The Mist Dragon ' * 10}".strip(), KOREAN),
        (LONG_PART.strip(), "…"),
    ],
)
def test_the_running_head_is_a_title_that_fits(
    fonts: tuple[Font, ...], title: str, shown: str | None
) -> None:
    document = audit() | {"production": title}
    head = head_of(audited(document, fonts))
    assert head.endswith(shown or title)


def test_a_number_or_digest_is_on_one_line(fonts: tuple[Font, ...]) -> None:
    document = deepcopy(audit())
    number, digest = "1,630,745,395,200", "0f" * 32
    # Before each, a text that grows letter by letter moves it over the line's end.
    reasons = [f"{'m' * length} {number} {digest}" for length in range(40, 100, 3)]
    opinion = {"entry": 12, "party": document["parties"][0]["uid"], "judgement": "x"}
    document["findings"][0]["opinions"] = [
        {**opinion, "finding": "yes", "reasons": one} for one in reasons
    ]
    met = 0
    for page in pages(audited(document, fonts)):
        text = page.get_text_range()
        for word in (number, digest):
            for found in re.finditer(word, text):
                met += 1
                first, last = found.start(), found.end() - 1
                drop = page.get_charbox(first)[1] - page.get_charbox(last)[1]
                assert abs(drop) < 3, word
    assert met == 2 * len(reasons)
