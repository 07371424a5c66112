"""All 196 inclusion and consistency vectors of transparency-dev/merkle.

They lie beside the repository, not in it. Most of them must fail.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import CheckpointError, ConsistencyError, InclusionError
from ledger.log.checkpoint import Checkpoint
from ledger.log.proof import verify_consistency, verify_inclusion
from ledger.log.tree import EMPTY_ROOT, leaf_hash

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "rfc6962"
INCLUSION = sorted((FOLDER / "inclusion").rglob("*.json"))
CONSISTENCY = sorted((FOLDER / "consistency").rglob("*.json"))
ADDITIONAL = FOLDER / "consistency" / "additional"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="the vectors are not there: ../shared/data/rfc6962 beside the repository",
)


def read(path: Path) -> dict[str, Any]:
    vector: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return vector


def hashes(encoded: list[str] | None) -> list[bytes]:
    return [base64.b64decode(part) for part in encoded or []]


def name(path: Path) -> str:
    return str(path.relative_to(FOLDER))


def check_inclusion(vector: dict[str, Any]) -> None:
    leaf, root = hashes([vector["leafHash"], vector["root"]])
    index, size = vector["leafIdx"], vector["treeSize"]
    verify_inclusion(leaf, index, size, hashes(vector["proof"]), root)


def check_consistency(vector: dict[str, Any]) -> None:
    old_root, new_root = hashes([vector["root1"], vector["root2"]])
    old, new = vector["size1"], vector["size2"]
    verify_consistency(old, new, old_root, new_root, hashes(vector["proof"]))


def test_all_196_vectors_are_there() -> None:
    assert len(INCLUSION) == len(CONSISTENCY) == 98
    assert len(INCLUSION) + len(CONSISTENCY) == 196


@pytest.mark.parametrize("path", INCLUSION, ids=name)
def test_an_inclusion_vector_behaves_as_it_says(path: Path) -> None:
    vector = read(path)
    if vector["wantErr"]:
        with pytest.raises(InclusionError):
            check_inclusion(vector)
    else:
        check_inclusion(vector)


@pytest.mark.parametrize("path", CONSISTENCY, ids=name)
def test_a_consistency_vector_behaves_as_it_says(path: Path) -> None:
    vector = read(path)
    if vector["wantErr"]:
        with pytest.raises(ConsistencyError):
            check_consistency(vector)
    else:
        check_consistency(vector)


def test_sizes_are_equal_zero_and_proof_is_empty_needs_more_than_the_textbook() -> None:
    # RFC 9162 leaves size 0 to its caller, and code that shortcuts equal sizes with
    # equal roots says yes to this vector, which wants a no: both roots are the same
    # arbitrary bytes. The empty tree has one root only, so this is refused, for
    # these bytes and for any 32 others.
    vector = read(ADDITIONAL / "sizes-are-equal-zero-and-proof-is-empty.json")
    assert (vector["size1"], vector["size2"], vector["proof"]) == (0, 0, [])
    assert vector["root1"] == vector["root2"]
    assert vector["wantErr"] is True
    arbitrary = base64.b64decode(vector["root1"])
    for root in (arbitrary, leaf_hash(arbitrary)):
        with pytest.raises(ConsistencyError, match="empty tree's root"):
            verify_consistency(0, 0, root, root, ())
    verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, ())


def test_sizes_are_equal_one_and_proof_is_empty_asks_for_equality_only() -> None:
    # The only vector that must be accepted although its roots are no hashes
    # (12 bytes): at equal sizes nothing is computed, so nothing else is asked.
    vector = read(ADDITIONAL / "sizes-are-equal-one-and-proof-is-empty.json")
    assert (vector["size1"], vector["size2"], vector["wantErr"]) == (1, 1, False)
    assert len(base64.b64decode(vector["root1"])) == 12
    check_consistency(vector)
    with pytest.raises(CheckpointError, match="32 bytes"):
        Checkpoint(origin="a", size=1, root=base64.b64decode(vector["root1"]))


def test_size1_is_zero_and_size2_is_not_zero_is_refused_for_its_new_root_only() -> None:
    # The library of these vectors refuses every 0 to n as meaningless. We accept
    # it from the empty tree's own root with an empty proof (a reader's first
    # checkpoint), so that this vector falls here by its 12-byte new root alone.
    vector = read(ADDITIONAL / "size1-is-zero-and-size2-is-not-zero.json")
    assert (vector["size1"], vector["size2"], vector["proof"]) == (0, 1, [])
    assert base64.b64decode(vector["root1"]) == EMPTY_ROOT
    with pytest.raises(ConsistencyError, match="32 bytes"):
        check_consistency(vector)
    verify_consistency(0, 1, EMPTY_ROOT, leaf_hash(b""), ())
