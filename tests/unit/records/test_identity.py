"""Names have one form, checked alike by the gates and by pydantic."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from ledger.errors import MalformedRecordError
from ledger.records import identity

HEX = "0123456789abcdef"
SEOUL = timezone(timedelta(hours=9))

ACCEPTED: list[tuple[Callable[[object, str], str], Any, list[str]]] = [
    (identity.as_uid, identity.Uid, [HEX * 2]),
    (identity.as_digest, identity.Digest, [HEX * 4]),
    (identity.as_statement_id, identity.StatementId, [HEX * 4]),
    (identity.as_key_id, identity.KeyId, [HEX * 2]),
    (
        identity.as_origin,
        identity.Origin,
        [f"jangbu.invalid/{HEX}", f"a.xn--3e0b707e/{HEX}", f"x-1.co.kr/{HEX}"],
    ),
    (identity.as_token, identity.Token, ["a", "simplejpeg@1.9.0+rgb", "a" * 96]),
    (identity.as_day, identity.Day, ["2026-11-22", "2028-02-29", "0001-01-01"]),
    (identity.as_instant, identity.Instant, ["2026-11-22T08:30:00.123456Z"]),
]

REFUSED: list[tuple[Callable[[object, str], str], Any, list[object]]] = [
    (
        identity.as_uid,
        identity.Uid,
        [HEX, HEX.upper() * 2, HEX * 4, "g" * 32, "", 7, None, HEX.encode() * 2],
    ),
    (identity.as_digest, identity.Digest, [HEX * 2, "0x" + HEX * 4, "0" * 65]),
    (identity.as_statement_id, identity.StatementId, [HEX * 2]),
    (identity.as_key_id, identity.KeyId, [HEX * 4]),
    (
        identity.as_origin,
        identity.Origin,
        [
            f"localhost/{HEX}",
            f"Jangbu.invalid/{HEX}",
            f"장부.kr/{HEX}",
            f"-a.kr/{HEX}",
            f"a-.kr/{HEX}",
            f"a..kr/{HEX}",
            f"a.kr./{HEX}",
            f"127.0.0.1/{HEX}",
            f"ab--c.kr/{HEX}",
            f"xn--.kr/{HEX}",
            f"xn--abc-.kr/{HEX}",
            f"xn--99999999999.kr/{HEX}",
            f"{'a' * 64}.kr/{HEX}",
            f"{'a.' * 127}kr/{HEX}",
            f"a.kr/{HEX}0",
            f"a.kr/{HEX}/",
            HEX,
        ],
    ),
    (
        identity.as_token,
        identity.Token,
        ["", "A", "-a", "a b", "a" * 97, "숏", "a\x00", "a:b"],
    ),
    (
        identity.as_day,
        identity.Day,
        ["2026-02-29", "2026-13-01", "0000-01-01", "2026-1-1", "٢٠٢٦-11-22"],
    ),
    (
        identity.as_instant,
        identity.Instant,
        [
            "2026-11-22T08:30:00Z",
            "2026-11-22T08:30:00.123Z",
            "2026-11-22T08:30:00.123456+00:00",
            "2026-11-22t08:30:00.123456z",
            "2026-11-22 08:30:00.123456Z",
            "2026-02-30T08:30:00.123456Z",
            "2026-11-22T24:00:00.000000Z",
            "2026-11-22T23:59:60.000000Z",
            "0000-11-22T08:30:00.123456Z",
        ],
    ),
]


@pytest.mark.parametrize(("gate", "form", "names"), ACCEPTED)
def test_a_name_in_its_one_form_passes_both_checks(
    gate: Callable[[object, str], str], form: type[str], names: list[str]
) -> None:
    for name in names:
        assert gate(name, "/x") == name
        assert TypeAdapter[str](form).validate_python(name) == name


@pytest.mark.parametrize(("gate", "form", "names"), REFUSED)
def test_a_name_in_any_other_form_passes_neither(
    gate: Callable[[object, str], str], form: type[str], names: list[object]
) -> None:
    for name in names:
        with pytest.raises(MalformedRecordError) as refused:
            gate(name, "/x")
        assert refused.value.where == "/x"
        with pytest.raises(ValidationError):
            TypeAdapter[str](form).validate_python(name)


@pytest.mark.parametrize("around", ["{}\n", "\n{}", " {}", "{} ", "{}\x00", "{}\r"])
@pytest.mark.parametrize(("gate", "form", "names"), ACCEPTED)
def test_nothing_may_stand_around_a_name(
    gate: Callable[[object, str], str], form: type[str], names: list[str], around: str
) -> None:
    name = around.format(names[0])
    with pytest.raises(MalformedRecordError):
        gate(name, "")
    with pytest.raises(ValidationError):
        TypeAdapter[str](form).validate_python(name)


def test_an_instant_is_written_from_any_zone_in_utc() -> None:
    noon = datetime(2026, 11, 22, 12, 0, 0, 7, tzinfo=SEOUL)
    assert identity.instant_from(noon) == "2026-11-22T03:00:00.000007Z"


def test_an_instant_is_read_back_as_the_same_moment() -> None:
    moment = datetime(999, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    instant = identity.instant_from(moment)
    assert instant == "0999-01-02T03:04:05.000006Z"
    assert identity.moment_of(instant) == moment


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22),  # noqa: DTZ001 - the point of the test
        datetime.min.replace(tzinfo=SEOUL),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=9))),
    ],
)
def test_a_moment_without_a_place_on_the_utc_calendar_is_refused(
    moment: datetime,
) -> None:
    with pytest.raises(MalformedRecordError):
        identity.instant_from(moment, "/at")


def test_instants_as_text_sort_by_time() -> None:
    start = datetime(2026, 12, 31, 23, 59, 59, 999_998, tzinfo=UTC)
    moments = [start + timedelta(microseconds=step) for step in range(5)]
    instants = [identity.instant_from(moment) for moment in moments]
    assert sorted(instants) == instants


def test_a_day_is_written_from_a_date() -> None:
    assert identity.day_from(date(2026, 3, 1)) == "2026-03-01"


def test_what_was_met_stays_out_of_the_public_part_of_a_refusal() -> None:
    with pytest.raises(MalformedRecordError) as refused:
        identity.as_uid("배우 이름", "/body/party")
    assert "배우" not in str(refused.value.public())
