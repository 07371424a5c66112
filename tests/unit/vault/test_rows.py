"""What a row holds is exactly blinds, or a blind and a value."""

import pytest

from ledger.encoding.commitment import Opening
from ledger.errors import AlteredEvidenceError
from ledger.vault.cipher import Spot
from ledger.vault.rows import read_blinds, read_opening

SPOT = Spot(statement="ab" * 32, path="/body/name")
BLIND = b'"' + b"0f" * 32 + b'"'


def test_an_opening_is_read_with_its_path() -> None:
    met = read_opening(SPOT, b'{"blind":' + BLIND + b',"value":"x"}')
    assert met == Opening(path="/body/name", value="x", blind=b"\x0f" * 32)


@pytest.mark.parametrize(
    "plain",
    [
        b"[]",
        b'{"blind":' + BLIND + b"}",
        b'{"blind":7,"value":"x"}',
        b'{"blind":"0f","value":"x"}',
        b'{"blind":"' + b"0F" * 32 + b'","value":"x"}',
        b'{"blind":"' + b"xx" * 32 + b'","value":"x"}',
        b'{"blind":' + BLIND + b',"more":1,"value":"x"}',
        b'{"blind":' + BLIND + b',"by_blind":' + BLIND + b"}",
    ],
)
def test_other_content_is_no_opening(plain: bytes) -> None:
    with pytest.raises(AlteredEvidenceError):
        read_opening(SPOT, plain)


@pytest.mark.parametrize(
    "plain",
    [
        b'{"blind":' + BLIND + b',"value":"x"}',
        b'{"blind":' + BLIND + b',"by_blind":"0f"}',
        b'{"blind":' + BLIND + b',"by_blind":' + BLIND + b',"more":1}',
    ],
)
def test_other_content_is_no_pair_of_blinds(plain: bytes) -> None:
    with pytest.raises(AlteredEvidenceError):
        read_blinds(SPOT, plain)
