"""Whatever bytes come as a token, an answer comes back and never a surprise."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ledger.keys.token_check import TokenState, check_token
from ledger.log.der import Reader, TimeTokenError, as_integer, as_moment
from ledger.log.time_token import parse_token
from tests.simulators.time_authority import forge_reply, number, saying, tlv
from tests.unit.keys.test_token_check import AUTHORITY, HONEST, NOTE, ROOTS

REPLY = forge_reply(HONEST, AUTHORITY)
MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 1),  # noqa: DTZ001  # hypothesis wants it naive
    max_value=datetime(9999, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_read(raw: bytes) -> None:
    assert check_token(raw, NOTE, ROOTS).state is TokenState.REFUSED
    reader = Reader(raw)
    with suppress(TimeTokenError):
        while reader.left:
            reader.element()


@given(
    st.integers(0, len(REPLY)),
    st.integers(0, 40),
    st.binary(max_size=40),
)
def test_a_reply_with_a_stretch_replaced_is_not_trusted(
    start: int, length: int, put: bytes
) -> None:
    changed = REPLY[:start] + put + REPLY[start + length :]
    reading = check_token(changed, NOTE, ROOTS)
    assert changed == REPLY or reading.state is not TokenState.TRUSTED


@given(st.integers(-(2**70), 2**70))
def test_integers_are_read_as_they_were_written(value: int) -> None:
    if value >= 0:
        assert Reader(number(value)).integer("a number") == value
    length = (value + (value < 0)).bit_length() // 8 + 1
    raw = value.to_bytes(length, "big", signed=True)
    assert as_integer(raw, "a number") == value


@given(MOMENTS)
def test_times_are_read_to_the_microsecond(moment: datetime) -> None:
    whole = f"{moment:%m%d%H%M%S}"
    fraction = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
    text = f"{moment.year:04}{whole}{fraction}Z"
    assert as_moment(text.encode(), "a time") == moment


@given(st.integers(0, 2**64), st.binary(min_size=32, max_size=32))
def test_what_a_reply_says_is_read_back(nonce: int, imprint: bytes) -> None:
    said = replace(saying(NOTE), nonce=nonce, imprint=imprint)
    info = parse_token(forge_reply(said, AUTHORITY)).info
    assert (info.nonce, info.imprint, info.at) == (nonce, imprint, said.at)


@given(st.binary(max_size=200))
def test_a_value_is_as_long_as_it_says(content: bytes) -> None:
    element = Reader(tlv(4, content)).element()
    assert element.content == content
    assert element.raw == tlv(4, content)
