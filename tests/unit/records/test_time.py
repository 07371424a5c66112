"""Rates, ranges and their change of rate."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from ledger.errors import MalformedRecordError
from ledger.records.time import FrameRange, Rate, convert_frame, parse_frames

FILM = Rate(24, 1)
VIDEO = Rate(25, 1)
NTSC = Rate(24000, 1001)


def frames(start: int, end: int, rate: Rate = FILM) -> FrameRange:
    return FrameRange.between(start, end, rate)


def test_a_rate_is_read_and_printed_in_one_form() -> None:
    assert str(Rate.parse("24000/1001")) == "24000/1001"
    assert Rate.parse("24/1") == FILM
    assert Rate.reduced(48000, 2002) == NTSC


@pytest.mark.parametrize(
    "text",
    [
        "24",
        "23.976",
        "48/2",
        "0/1",
        "24/0",
        "-24/1",
        "024/1",
        "24/1\n",
        " 24/1",
        "٢٤/1",
        "9007199254740993/1",
        "1" * 5000 + "/1",
        "",
        24,
        None,
    ],
)
def test_any_other_form_of_a_rate_is_refused(text: object) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        Rate.parse(text)
    assert refused.value.where == "/rate"


@pytest.mark.parametrize(("num", "den"), [(0, 1), (24, 0), (-24, -1), (True, 1)])
def test_a_rate_is_positive_and_finite(num: int, den: int) -> None:
    with pytest.raises(MalformedRecordError):
        Rate(num, den)
    with pytest.raises(MalformedRecordError):
        Rate.reduced(num, den)


def test_typed_frames_include_both_ends() -> None:
    typed = parse_frames("1001-1024", FILM)
    assert (typed.start, typed.end, typed.count()) == (1001, 1025, 24)
    assert str(typed) == "1001-1024"
    assert list(parse_frames("1001", FILM).frames()) == [1001]
    assert list(parse_frames("-2-0001", FILM).frames()) == [-2, -1, 0, 1]


@pytest.mark.parametrize(
    "text", ["", "-", "1-", "2-1", "1–2", "1-2-3", "1 - 2", "1.5-2", "1-2\n", "9" * 17]
)
def test_typed_text_that_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        parse_frames(text, FILM)
    assert refused.value.where == "/range"


def test_typed_frames_beyond_exact_numbers_are_refused() -> None:
    with pytest.raises(MalformedRecordError) as refused:
        parse_frames("9007199254740992", FILM)
    assert refused.value.where == "/range/start"


@pytest.mark.parametrize(
    ("start", "end", "where"),
    [(5, 5, "/end"), (5, 4, "/end"), (2**53, 2**53 + 1, "/start"), (0, True, "/end")],
)
def test_a_range_holds_at_least_one_frame(start: int, end: int, where: str) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        frames(start, end)
    assert refused.value.where == where


def test_a_range_stands_in_a_statement_in_one_form() -> None:
    record = {"unit": "frame", "rate": "24000/1001", "start": 1001, "end": 1025}
    read = FrameRange.model_validate(record)
    assert read == frames(1001, 1025, NTSC)
    assert read.model_dump(mode="json") == record
    assert FrameRange.model_validate_json(read.model_dump_json()) == read


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unit": "sample"}, "unit"),
        ({"unit": None}, "unit"),
        ({"rate": "48/2"}, "rate"),
        ({"rate": 24}, "rate"),
        ({"start": 0.0}, "start"),
        ({"start": "0"}, "start"),
        ({"end": 2**53}, "end"),
        ({"end": True}, "end"),
        ({"end": 0}, "end"),
        ({"note": "x"}, "note"),
    ],
)
def test_a_range_in_a_statement_is_refused_with_the_field(
    change: dict[str, Any], field: str
) -> None:
    record = {"unit": "frame", "rate": "24/1", "start": 0, "end": 1} | change
    with pytest.raises(ValidationError) as refused:
        FrameRange.model_validate(record)
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


def test_the_unit_of_a_range_is_always_written() -> None:
    with pytest.raises(ValidationError):
        FrameRange.model_validate({"rate": "24/1", "start": 0, "end": 1})


def test_a_range_is_described_to_readers_of_its_schema() -> None:
    schema = TypeAdapter(FrameRange).json_schema(mode="serialization")
    assert schema["properties"]["rate"]["type"] == "string"


def test_ranges_share_the_frames_in_both() -> None:
    assert frames(0, 10).intersect(frames(5, 20)) == frames(5, 10)
    assert frames(0, 10).intersect(frames(10, 20)) is None
    assert frames(0, 10).contains(9)
    assert not frames(0, 10).contains(10)


def test_ranges_at_different_rates_are_not_compared() -> None:
    with pytest.raises(MalformedRecordError):
        frames(0, 10).intersect(frames(0, 10, VIDEO))


def test_a_second_of_film_is_a_second_of_video_exactly() -> None:
    converted = frames(24, 48).at_rate(VIDEO)
    assert converted.exact
    assert converted.range == frames(25, 50, VIDEO)


def test_a_range_that_falls_between_frames_is_rounded_outwards_and_marked() -> None:
    converted = frames(1, 23).at_rate(VIDEO)
    assert not converted.exact
    assert converted.range == frames(1, 24, VIDEO)
    before_zero = frames(-23, -1).at_rate(VIDEO)
    assert before_zero.range == frames(-24, -1, VIDEO)


def test_one_rounded_end_is_enough_for_the_mark() -> None:
    assert not frames(0, 1).at_rate(VIDEO).exact
    assert not frames(1, 24).at_rate(VIDEO).exact


def test_a_position_is_rounded_down_to_the_frame_on_screen() -> None:
    assert convert_frame(24, at=FILM, to=VIDEO).exact
    rounded = convert_frame(-1, at=FILM, to=VIDEO)
    assert (rounded.frame, rounded.exact) == (-2, False)


def test_a_conversion_beyond_exact_numbers_is_refused() -> None:
    fast = Rate(2**52, 1)
    with pytest.raises(MalformedRecordError):
        frames(0, 100, Rate(1, 1)).at_rate(fast)
    with pytest.raises(MalformedRecordError):
        convert_frame(100, at=Rate(1, 1), to=fast)
