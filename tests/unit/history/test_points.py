"""Sizes and roots that statements name, against the log's own."""

import pytest

from ledger.encoding.digest import sha256
from ledger.errors import ConflictingRecordError, UnknownReferenceError
from ledger.history.points import check_point, check_succession, roots_at
from ledger.log.tree import root_of
from ledger.records.authority import Succession
from ledger.records.custody import Anchor
from ledger.records.identity import as_day, as_digest, as_origin
from ledger.records.statement import Private

LOG = as_origin("jangbu.invalid/0123456789abcdef")
OTHER = as_origin("jangbu.invalid/ffffffffffffffff")
LEAVES = [sha256(bytes([number])) for number in range(9)]


def anchor(size: int, root: bytes) -> Anchor:
    return Anchor(
        size=size,
        root=as_digest(root.hex()),
        authority="notary",
        on=as_day("2026-11-22"),
        certificate=Private.of(as_digest("ab" * 32)),
    )


def test_roots_of_some_sizes_come_in_one_pass() -> None:
    found = roots_at(iter(LEAVES), [9, 3, 3, 1])
    assert found == {size: root_of(LEAVES[:size]) for size in (1, 3, 9)}
    assert roots_at(iter(LEAVES), [2, 10]) == {2: root_of(LEAVES[:2])}


def test_an_anchor_names_the_root_that_the_log_had() -> None:
    asked: list[int] = []

    def root_at(size: int) -> bytes:
        asked.append(size)
        return root_of(LEAVES[:size])

    check_point(anchor(4, root_of(LEAVES[:4])), 4, root_at)
    with pytest.raises(UnknownReferenceError):
        check_point(anchor(4, root_of(LEAVES[:5])), 9, root_at)
    with pytest.raises(UnknownReferenceError):
        check_point(anchor(5, root_of(LEAVES[:5])), 4, root_at)
    check_point(None, 4, root_at)
    assert asked == [4, 4]


def succession(log: str) -> Succession:
    return Succession(log=as_origin(log), size=3, root=as_digest("ab" * 32))


@pytest.mark.parametrize(("index", "log"), [(2, OTHER), (0, OTHER), (1, LOG)])
def test_a_succession_is_entry_1_and_of_another_log(index: int, log: str) -> None:
    check_succession(succession(OTHER), 1, LOG)
    with pytest.raises(ConflictingRecordError):
        check_succession(succession(log), index, LOG)
