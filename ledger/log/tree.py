"""The Merkle tree of RFC 6962 §2.1, as functions over bytes.

Leaves and nodes are hashed with different first bytes (0x00, 0x01), so that no
node can be passed off as a leaf (second preimage). A tree's root does not say
how many leaves it has: a size is only as good as the checkpoint that states it.

`root_of` answers once; `Frontier` is what a writer carries from append to
append; `Nodes` answers for many ranges of one tree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from itertools import pairwise
from typing import Final, Self

from ledger.errors import LogError

HASH_BYTES: Final = 32
MAX_SIZE: Final = 2**63 - 1
EMPTY_ROOT: Final = sha256(b"").digest()

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"
_SIZE_BYTES: Final = 8


def leaf_hash(leaf: bytes) -> bytes:
    """Hash the exact bytes of one entry.

    Examples:
        >>> leaf_hash(b"").hex()[:16]
        '6e340b9cffb37a98'
    """
    return sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbouring subtrees into their parent."""
    return sha256(_NODE + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Compute the root over leaf hashes, level by level.

    Carrying an odd last node up unchanged gives the same tree as RFC 6962's
    split at the largest power of two, without recursion.
    """
    check_hashes(leaf_hashes)
    if not leaf_hashes:
        return EMPTY_ROOT
    level = list(leaf_hashes)
    while len(level) > 1:
        odd = [level.pop()] if len(level) % 2 else []
        level = _parents(level) + odd
    return level[0]


def check_hashes(hashes: Sequence[bytes]) -> None:
    """Refuse anything that is not 32 bytes.

    A longer "hash" could smuggle a node's two children past the 0x01 prefix.

    Raises:
        LogError: one of them has another length.
    """
    strange = set(map(len, hashes)) - {HASH_BYTES}
    if strange:
        raise LogError(
            f"hashes of {HASH_BYTES} bytes",
            met=f"one of {min(strange)} bytes",
            advice="Pass leaf hashes, not entries or hexadecimal text.",
        )


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """Hash each complete pair; an odd last node has no parent yet."""
    pairs = zip(level[::2], level[1::2], strict=False)
    return [sha256(_NODE + left + right).digest() for left, right in pairs]


def _join(subtrees: Sequence[bytes]) -> bytes:
    """Join complete subtrees, high to low, into the root above them."""
    return reduce(lambda right, left: node_hash(left, right), reversed(subtrees))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The right edge of a tree: all that is needed to append and to know the root.

    Attributes:
        size: number of leaves.
        hashes: roots of the complete subtrees that make up the tree, high to
            low; one for each bit that is set in `size`.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE or len(self.hashes) != self.size.bit_count():
            raise LogError(
                "a frontier with one hash for each complete subtree",
                met=f"{len(self.hashes)} hashes for {self.size} leaves",
                advice="Rebuild the frontier from the entries.",
            )
        check_hashes(self.hashes)

    def append(self, leaf: bytes) -> Self:
        """Give the frontier after one more leaf hash."""
        return self.extend((leaf,))

    def extend(self, leaf_hashes: Iterable[bytes]) -> Self:
        """Give the frontier after more leaf hashes, in order."""
        size, edge, leaves = self.size, list(self.hashes), list(leaf_hashes)
        check_hashes(leaves)
        for leaf in leaves:
            # Two subtrees of one height become one of the next: binary carry.
            carry, full = leaf, size
            while full & 1:
                carry = node_hash(edge.pop(), carry)
                full >>= 1
            edge.append(carry)
            size += 1
        return type(self)(size=size, hashes=tuple(edge))

    def root(self) -> bytes:
        """Compute the root of the whole tree."""
        return _join(self.hashes) if self.hashes else EMPTY_ROOT

    def to_bytes(self) -> bytes:
        """Print: size as 8 bytes, big end first, then the hashes, high to low."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, printed: bytes) -> Self:
        """Parse what `to_bytes` printed.

        Raises:
            LogError: too short, too long, or not as many hashes as the size asks.
        """
        size = int.from_bytes(printed[:_SIZE_BYTES], "big")
        expected = _SIZE_BYTES + HASH_BYTES * size.bit_count()
        if len(printed) != expected:
            raise LogError(
                "a frontier with one hash for each complete subtree",
                met=f"{len(printed)} bytes instead of {expected}",
                advice="Rebuild the frontier from the entries.",
            )
        starts = range(_SIZE_BYTES, expected + 1, HASH_BYTES)
        hashes = tuple(printed[start:end] for start, end in pairwise(starts))
        return cls(size=size, hashes=hashes)


class Nodes:
    """Every complete subtree's hash, so that many proofs cost one hashing of the tree.

    Level k holds the roots of the groups of 2^k leaves that are full. Keeps
    about 2 × 32 bytes per leaf.
    """

    __slots__ = ("_levels",)

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        check_hashes(leaf_hashes)
        level = list(leaf_hashes)
        self._levels = [level]
        while len(level) > 1:
            level = _parents(level)
            self._levels.append(level)

    def __len__(self) -> int:
        return len(self._levels[0])

    def range_root(self, start: int, end: int) -> bytes:
        """Give the root over leaves start to end (half-open) from stored nodes.

        `start` must be a multiple of a power of two that is not below the
        length, as for every subtree that RFC 6962 ever asks for.
        """
        subtrees = []
        for height in reversed(range((end - start).bit_length())):
            if (end - start) >> height & 1:
                subtrees.append(self._levels[height][start >> height])
                start += 1 << height
        return _join(subtrees) if subtrees else EMPTY_ROOT
