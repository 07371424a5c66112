"""Cosignatures: one form, one key, one time, and nothing that does not fit."""

import base64
import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import CheckpointError
from ledger.log.cosignature import LATEST, Cosigner, cosign, open_cosignatures
from ledger.log.note import Signature, Verifier, parse_note
from tests.simulators.witnessed_log import ShortLog, key_of

VECTORS = Path(__file__).parents[2] / "vectors"
STORED: dict[str, Any] = json.loads(
    (VECTORS / "cosignature.json").read_text(encoding="utf-8")
)
# The example of tlog-cosignature, whose key is not published: its time is.
PUBLISHED = (
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZC"
    "B9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
LOG = ShortLog.of(5)
NOTE = LOG.note(3)
TEXT = parse_note(NOTE).text
KEY = key_of("witness")
ONE = Cosigner.of("witness.example/w1", KEY)
LINE = cosign(TEXT, 1_795_336_200, ONE.name, KEY)


def test_the_rebuild_script_gives_the_stored_vectors_byte_for_byte() -> None:
    rebuilt: str = runpy.run_path(str(VECTORS / "rebuild_cosignature.py"))["build"]()
    assert (VECTORS / "cosignature.json").read_bytes() == rebuilt.encode()


def test_a_stored_cosignature_opens_to_its_witness_and_time() -> None:
    cosigner = Cosigner.from_vkey(STORED["vkey"])
    (found,) = open_cosignatures(STORED["cosigned"].encode(), [cosigner])
    assert (found.cosigner, found.time) == (cosigner, STORED["time"])


def test_the_example_of_the_specification_has_the_time_that_its_message_shows() -> None:
    note = b"example.com/behind-the-sofa\n20852163\n" + TEXT.encode().split(b"\n")[2]
    (signature,) = parse_note(note + b"\n\n" + PUBLISHED.encode()).signatures
    assert signature.key_id == bytes.fromhex("8d66cf3f")
    assert int.from_bytes(signature.value[:8], "big") == 1679315147


def test_a_peer_makes_the_same_key_and_the_same_line() -> None:
    peer = pytest.importorskip("aics_tlog.cosign")
    _, line = peer.sign_cosignature(
        KEY, ONE.name, 1_795_336_200, LOG.origin, 3, _root(NOTE)
    )
    assert (line.key_id, line.signature) == (LINE.key_id, LINE.value)
    assert peer.cosignature_key_id(ONE.name, ONE.public_key) == ONE.key_id


def test_a_verifier_key_is_read_as_it_was_printed() -> None:
    assert Cosigner.from_vkey(ONE.to_vkey()) == ONE


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "no key",
        ONE.to_vkey().upper(),
        ONE.to_vkey() + "=",
        Verifier.of("witness.example/w1", KEY).to_vkey(),
        ONE.to_vkey().replace("w1+", "w2+"),
    ],
)
def test_another_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(CheckpointError):
        Cosigner.from_vkey(vkey)


def test_an_unknown_witness_counts_for_nothing() -> None:
    other = Cosigner.of("witness.example/w2", key_of("other"))
    assert open_cosignatures(NOTE + LINE.to_line().encode(), [other]) == ()
    assert open_cosignatures(NOTE, [ONE]) == ()


def changed(value: bytes) -> Signature:
    return Signature(name=LINE.name, key_id=LINE.key_id, value=value)


@pytest.mark.parametrize(
    "value",
    [
        LINE.value[8:],
        LINE.value + b"\0",
        (0).to_bytes(8, "big") + LINE.value[8:],
        (2**63).to_bytes(8, "big") + LINE.value[8:],
        (1_795_336_201).to_bytes(8, "big") + LINE.value[8:],
        LINE.value[:-1] + bytes([LINE.value[-1] ^ 1]),
    ],
    ids=["no time", "too long", "time 0", "time 2^63", "another time", "flipped"],
)
def test_a_known_witnesss_cosignature_that_does_not_fit_fails_the_note(
    value: bytes,
) -> None:
    with pytest.raises(CheckpointError):
        open_cosignatures(NOTE + changed(value).to_line().encode(), [ONE])


def test_a_cosignature_of_another_tree_does_not_fit() -> None:
    with pytest.raises(CheckpointError):
        open_cosignatures(LOG.note(4) + LINE.to_line().encode(), [ONE])


def test_a_witness_that_signs_twice_is_a_riddle() -> None:
    twice = (LINE.to_line() * 2).encode()
    with pytest.raises(CheckpointError):
        open_cosignatures(NOTE + twice, [ONE])


@pytest.mark.parametrize("time", [0, -1, LATEST + 1])
def test_a_time_that_cannot_be_written_is_not_signed(time: int) -> None:
    with pytest.raises(CheckpointError):
        cosign(TEXT, time, ONE.name, KEY)


def _root(note: bytes) -> bytes:
    return base64.b64decode(parse_note(note).text.split("\n")[2])
