"""Documents as readers get them: set in real fonts, read back from the PDF."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from ledger.errors import UnreadableInputError
from ledger.records.identity import as_instant
from ledger.reports.errors import MissingGlyphError, ReportError
from ledger.reports.fonts import Font, read_fonts
from ledger.reports.typesetting import Sheet, typeset
from ledger.reports.wording import audit_words
from tests.simulators.report_samples import (
    LONG_LATIN,
    LONG_NAME,
    audit,
    audit_pictures,
)
from tests.simulators.roll_samples import line, role, roll

AT = as_instant("2026-11-22T03:04:05.000000Z")
IDENTIFIER = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CODES = {
    "act", "code", "edge", "family", "format", "id", "kind", "op", "part", "picture",
    "policy", "reason", "reasons", "role", "seconds", "shown", "state", "tags", "flags",
    "truth", "unit", "via", "missing", "answer", "order", "floor", "manner",
}  # fmt: skip
UNPRINTED = {
    "depth",
    "cell",
    "layer",
    "bands",
    "frames_total",
    "lines",
    "type",
    "digest",
    "nodes",
    "shot",
    "studio",
}


@pytest.fixture(scope="module")
def fonts() -> tuple[Font, ...]:
    return read_fonts()


def audit_sheet(document: Mapping[str, Any] | None = None) -> Sheet:
    return Sheet(
        template="audit.typ",
        document=document or audit(),
        words=audit_words(),
        at=AT,
        pictures=audit_pictures(),
    )


def roll_sheet(document: Mapping[str, Any] | None = None) -> Sheet:
    return Sheet(template="roll.typ", document=document or roll(), words={}, at=AT)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    return "".join("".join(pages).split())


def pieces(value: Any) -> Iterator[str]:  # noqa: ANN401  # JSON
    """Names and numbers of a document that a reader must find in print."""
    match value:
        case bool() | None:
            return
        case int():
            yield f"{value:,}"
        case str() if not IDENTIFIER.fullmatch(value):
            yield value
        case list():
            for one in value:
                yield from pieces(one)
        case dict():
            yield from members(value)
        case _:
            return  # an identifier


def members(value: Mapping[str, Any]) -> Iterator[str]:
    for name, one in value.items():
        if name == "frames" and isinstance(one, list):
            yield from map(numbered, spans_in(one))
        elif name == "trace":
            # The others stand in the attached document alone.
            for place in (p for part in value["deciding"] for p in part["nodes"]):
                yield from pieces(one[place])
        elif name not in CODES | UNPRINTED:
            yield from pieces(one)


def spans_in(frames: list[Any]) -> list[Any]:
    return [frames] if frames and isinstance(frames[0], int) else frames


def numbered(span: list[int]) -> str:
    """A half-open span as people number frames."""
    start, end = span
    return str(start) if end - start == 1 else f"{start}–{end - 1}"


@pytest.mark.parametrize("sheet", [audit_sheet(), roll_sheet()], ids=["audit", "roll"])
def test_every_name_and_number_of_the_document_is_in_the_pdf(
    sheet: Sheet, fonts: tuple[Font, ...]
) -> None:
    text = text_of(typeset(sheet, fonts))
    wanted = {"".join(one.split()) for one in pieces(sheet.document)}
    missing = {
        one for one in wanted if one not in text and one.replace(",", "") not in text
    }
    assert missing == set()


@pytest.mark.parametrize("sheet", [audit_sheet(), roll_sheet()], ids=["audit", "roll"])
def test_setting_a_document_twice_gives_the_same_bytes(
    sheet: Sheet, fonts: tuple[Font, ...]
) -> None:
    assert typeset(sheet, fonts) == typeset(sheet, fonts)


@pytest.mark.parametrize("sheet", [audit_sheet(), roll_sheet()], ids=["audit", "roll"])
def test_the_document_is_attached_as_it_is(
    sheet: Sheet, fonts: tuple[Font, ...]
) -> None:
    pdf = pypdfium2.PdfDocument(typeset(sheet, fonts))
    attached = [pdf.get_attachment(n) for n in range(pdf.count_attachments())]
    assert len(attached) == 1
    assert json.loads(bytes(attached[0].get_data())) == sheet.document


def test_the_words_of_every_code_have_glyphs(fonts: tuple[Font, ...]) -> None:
    document = audit() | {"production": " ".join(_words(audit_words()))}
    assert text_of(typeset(audit_sheet(document), fonts))


def _words(value: Any) -> Iterator[str]:  # noqa: ANN401  # nested tables of text
    if isinstance(value, str):
        yield value
    else:
        for one in value.values():
            yield from _words(one)


def test_an_empty_report_and_an_empty_roll_say_so(fonts: tuple[Font, ...]) -> None:
    nothing = {
        name: [] if isinstance(value, list) else value
        for name, value in audit().items()
    } | {"cut": None, "studio": None}
    assert "답할대상이없습니다" in text_of(typeset(audit_sheet(nothing), fonts))
    empty = {
        name: [] if isinstance(value, list) else value for name, value in roll().items()
    } | {"title": None, "studio": None}
    assert "보이는기여의기록이없습니다" in text_of(typeset(roll_sheet(empty), fonts))


@pytest.mark.parametrize(
    "name",
    [
        "#panic()",
        '"] #read("document.json")',
        "*_$ <label> @ref // \\ `raw` #{1+1}",
        "-- --- ~ ' \" [x](y) = /* */",
    ],
)
def test_text_is_never_taken_for_markup(name: str, fonts: tuple[Font, ...]) -> None:
    text = text_of(typeset(audit_sheet(audit() | {"production": name}), fonts))
    assert "".join(name.split()) in text


def test_a_character_that_no_font_has_is_named(fonts: tuple[Font, ...]) -> None:
    with pytest.raises(MissingGlyphError, match="U\\+1F600"):
        typeset(audit_sheet(audit() | {"production": "웃음 😀"}), fonts)


def test_a_character_that_turns_the_line_around_is_printed_by_its_number(
    fonts: tuple[Font, ...],
) -> None:
    text = text_of(typeset(audit_sheet(audit() | {"production": "a\u202eb"}), fonts))
    assert "a[U+202E]b" in text


@pytest.mark.parametrize(
    "content", [b"", b"no font", b"ttcf\0\0\0\0", b"OTTO" + b"\xff" * 400]
)
def test_a_file_that_is_no_font_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "font.otf"
    path.write_bytes(content)
    with pytest.raises(UnreadableInputError) as caught:
        read_fonts([path])
    assert str(path) == caught.value.where
    assert caught.value.exit_code == 4


def test_a_pipe_a_device_and_an_endless_file_are_no_fonts(tmp_path: Path) -> None:
    pipe, long = tmp_path / "pipe.otf", tmp_path / "long.otf"
    os.mkfifo(pipe)
    with long.open("wb") as file:
        file.truncate((64 << 20) + 1)
    for path in (pipe, long, Path("/dev/zero")):
        with pytest.raises(UnreadableInputError):
            read_fonts([path])


def test_a_font_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError):
        read_fonts([tmp_path / "absent.ttf"])
    with pytest.raises(UnreadableInputError):
        read_fonts([tmp_path])


def test_a_template_that_fails_is_a_report_error(fonts: tuple[Font, ...]) -> None:
    with pytest.raises(ReportError):
        typeset(audit_sheet({"title": "not a report"}), fonts)


@pytest.mark.parametrize("sheet", [audit_sheet(), roll_sheet()], ids=["audit", "roll"])
def test_a_document_says_its_title_its_studio_and_its_language(
    sheet: Sheet, fonts: tuple[Font, ...]
) -> None:
    pdf = typeset(sheet, fonts)
    read = pypdfium2.PdfDocument(pdf)
    told = read.get_metadata_dict()
    assert told["Title"]
    assert told["Author"] == "㈜가상영화사"
    assert told["CreationDate"].startswith("D:20261122030405")
    assert read.is_tagged()
    assert b"/Lang" in pdf
    bookmarks = [one.get_title() for one in read.get_toc()]
    assert len(bookmarks) > 3
    assert all(one.strip() for one in bookmarks)
    for place in (b"/tmp", b"/home", b"/root", b"/work", b"jangbu-report-"):
        assert place not in pdf


@pytest.mark.parametrize("sheet", [audit_sheet(), roll_sheet()], ids=["audit", "roll"])
def test_no_character_was_set_without_a_glyph_and_none_beyond_the_margin(
    sheet: Sheet, fonts: tuple[Font, ...]
) -> None:
    for page in pypdfium2.PdfDocument(typeset(sheet, fonts)):
        width, height = page.get_size()
        text = page.get_textpage()
        assert not {"\ufffd", "\0"} & set(text.get_text_range())
        # Screens may cut a twentieth off each side.
        aside, above = (0.05 * width, 0.05 * height) if width == 960 else (36, 12)
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index)
            if right > left:
                assert left >= aside, text.get_text_range(index, 12)
                assert right <= width - aside, text.get_text_range(index, 12)
                assert above <= bottom <= top <= height - above


@pytest.mark.parametrize("title", [LONG_NAME, "긴 제목 " * 40, LONG_LATIN])
def test_a_long_title_stays_on_the_page_and_is_printed_whole(
    title: str, fonts: tuple[Font, ...]
) -> None:
    for sheet in (
        audit_sheet(audit() | {"production": title}),
        roll_sheet(roll() | {"title": title}),
    ):
        pdf = typeset(sheet, fonts)
        first = pypdfium2.PdfDocument(pdf)[0].get_textpage()
        assert "".join(title.split()) in "".join(first.get_text_range().split())
        tops = [first.get_charbox(index)[3] for index in range(first.count_chars())]
        assert max(tops) <= pypdfium2.PdfDocument(pdf)[0].get_height() - 24


def test_codes_in_notes_are_printed_as_words(fonts: tuple[Font, ...]) -> None:
    document = audit()
    notes = {"ko": "`not_supported` 는 답이다", "en": "`not_supported` is an answer"}
    document["policies"][0] |= {"notes": notes}
    text = text_of(typeset(audit_sheet(document), fonts))
    assert "“notsupported”isananswer" in text
    assert "`" not in text


def test_sixty_people_under_one_role_have_it_on_every_page_and_are_all_named(
    fonts: tuple[Font, ...],
) -> None:
    pages = [
        "".join(page.get_textpage().get_text_range().split())
        for page in pypdfium2.PdfDocument(typeset(roll_sheet(crowded(60)), fonts))
        if page.get_width() == 960
    ]
    named = [page for page in pages if "홍가상" in page]
    assert len(named) > 1
    assert all("합성" in page for page in named)
    assert all(any(f"홍가상{n}HONG" in page for page in named) for n in range(60))


def crowded(count: int) -> dict[str, Any]:
    compositor = role("합성", "Compositor")
    lines = [
        line(compositor, f"홍가상{n}", f"HONG Gasang {n}", n) for n in range(count)
    ]
    block = {"code": "vfx", "ko": "시각효과", "en": "Visual effects", "lines": lines}
    return roll() | {"departments": [block]}
