"""The request to a witness: one encoding, bounded, and nothing believed."""

import json
from pathlib import Path

import pytest

from ledger.errors import CheckpointError
from ledger.log.note import parse_note
from ledger.log.witness_request import (
    MAX_REQUEST,
    origin_hash,
    parse_cosignature_lines,
    parse_request,
    parse_size,
)
from tests.simulators.witnessed_log import ORIGIN, ShortLog

LOG = ShortLog.of(5)
RAW = LOG.request(2, 5)
NOTE = LOG.note(5)
HASH = RAW.split(b"\n")[1]


def test_a_request_is_read_as_it_was_printed() -> None:
    request = parse_request(RAW)
    assert (request.old, request.proof) == (2, LOG.prove(2, 5))
    assert request.origin == ORIGIN
    assert request.to_bytes() == RAW


def test_the_stored_request_is_read() -> None:
    path = Path(__file__).parents[2] / "vectors" / "cosignature.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    request = parse_request(stored["request"].encode())
    assert (request.old, len(request.proof)) == (2, 1)
    assert stored["checkpoint_path"] == f"/{origin_hash(request.origin)}/checkpoint"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"old 0",
        b"old 0\n\n",
        RAW[:-1],
        RAW + b"\n",
        RAW.replace(b"old 2", b"old 02"),
        RAW.replace(b"old 2", b"old +2"),
        RAW.replace(b"old 2", b"old -2"),
        RAW.replace(b"old 2", b"new 2"),
        RAW.replace(b"old 2", b"old 99999999999999999999"),
        RAW.replace(b"old 2", b"old 9223372036854775808"),
        RAW.replace(b"\n", b"\r\n"),
        RAW.replace(HASH, HASH[:-4]),
        RAW.replace(HASH, b"!" + HASH[1:]),
        RAW.replace(HASH, b"\xc3\xa9"),
        b"old 2\n" + (HASH + b"\n") * 64 + b"\n" + NOTE,
        b"old 2\n\n\n" + NOTE,
        RAW.replace(b"\n5\n", b"\n05\n"),
        RAW.replace(b"\n5\n", b"\n5\nextension\n"),
        b" " * (MAX_REQUEST + 1),
    ],
)
def test_any_other_form_is_refused(raw: bytes) -> None:
    with pytest.raises(CheckpointError):
        parse_request(raw)


def test_an_invented_root_of_an_empty_log_is_well_formed_and_nothing() -> None:
    root = LOG.note(5).decode().split("\n")[2]
    invented = f"old 0\n\n{ORIGIN}\n0\n{root}\n\n— {ORIGIN} AAAAAAAA\n"
    assert parse_request(invented.encode()).checkpoint is None


@pytest.mark.parametrize("body", [b"", b"12", b"012\n", b"12\n\n", b"-1\n", b"9" * 99])
def test_another_size_than_a_decimal_one_is_refused(body: bytes) -> None:
    with pytest.raises(CheckpointError):
        parse_size(body)
    assert parse_size(b"12\n") == 12


@pytest.mark.parametrize(
    "body", [b"", b"\n", b"ok\n", NOTE, b"\n\xe2\x80\x94 a AAAAAAAA\n"]
)
def test_an_answer_that_is_no_signature_line_is_refused(body: bytes) -> None:
    with pytest.raises(CheckpointError):
        parse_cosignature_lines(body, parse_note(NOTE))
