"""The tree in memory is RFC 6962's at every size."""

import hashlib

from ledger.log.proof import consistency_proof, inclusion_proof
from ledger.log.tiles import Tile, tiles_of
from ledger.log.tree import Nodes, root_of
from ledger.service.growing_tree import GrowingTree

LEAVES = [hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(600)]


def test_roots_and_proofs_are_those_of_the_tree_hashed_at_once() -> None:
    tree = GrowingTree()
    tree.extend(LEAVES)
    for size in (1, 2, 3, 7, 8, 255, 256, 257, 511, 600):
        nodes = Nodes(LEAVES[:size])
        assert tree.range_root(0, size) == root_of(LEAVES[:size])
        for index in {0, size // 2, size - 1}:
            mine = inclusion_proof(tree, index, size)
            assert mine == inclusion_proof(nodes, index, size)
        old = size // 3
        mine = consistency_proof(tree, old, size)
        assert mine == consistency_proof(nodes, old, size)


def test_tiles_hold_the_hashes_of_their_level() -> None:
    tree = GrowingTree()
    tree.extend(LEAVES)
    for tile in (one for one in tiles_of(600) if one.level >= 0):
        assert len(tree.tile(tile) or b"") == tile.width * 32
    assert tree.tile(Tile(0, 1)) == b"".join(LEAVES[256:512])
    assert tree.tile(Tile(1, 0, 2)) == root_of(LEAVES[:256]) + root_of(LEAVES[256:512])
    assert tree.tile(Tile(0, 2)) is None
    assert tree.tile(Tile(0, 2, 89)) is None
    assert tree.tile(Tile(2, 0, 1)) is None
