"""Tiles of random trees against the same trees in memory, and every bit of a proof."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import ConsistencyError, InclusionError, LogError
from ledger.log.checkpoint import open_checkpoint
from ledger.log.proof import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from ledger.log.proof_bundle import ProofBundle, parse_proof_bundle
from ledger.log.tile_tree import TileCache, TileTree
from ledger.log.tiles import (
    ENTRIES,
    Tile,
    TileEdge,
    edge_from,
    edge_tiles,
    tiles_of,
)
from ledger.log.tree import Nodes, leaf_hash, root_of
from tests.simulators.public_logs import PublicLog, tiles_in_memory

LARGEST = 66_000
LEAVES = [leaf_hash(b"%d" % number) for number in range(LARGEST)]

# Round numbers are where levels begin and end.
sizes = st.one_of(
    st.integers(0, LARGEST),
    st.sampled_from([0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537]),
)


@cache
def nodes() -> Nodes:
    return Nodes(LEAVES)


@given(sizes, st.lists(st.integers(1, 70_000), max_size=6))
def test_however_a_tree_grows_its_tiles_are_those_of_its_size(
    size: int, steps: list[int]
) -> None:
    edge = TileEdge()
    tiles: dict[Tile, bytes] = {}
    for step in [*steps, LARGEST]:
        edge, full = edge.extend(LEAVES[edge.size : min(size, edge.size + step)])
        assert not {one.tile for one in full} & set(tiles)
        tiles |= {one.tile: one.content for one in full}
    tiles |= {one.tile: one.content for one in edge.partial()}
    assert set(tiles) == {tile for tile in tiles_of(size) if tile.level != ENTRIES}
    assert edge.root() == nodes().range_root(0, size)
    assert edge_from(size, [tiles[tile] for tile in edge_tiles(size)]) == edge


@given(sizes.filter(bool), st.data())
def test_proofs_from_tiles_are_those_from_the_whole_tree(
    size: int, data: st.DataObject
) -> None:
    tiles, edge = tiles_in_memory(LEAVES[:size])
    read: list[Tile] = []

    def reader(tile: Tile) -> bytes:
        read.append(tile)
        return tiles[tile]

    tree = TileTree(size, TileCache(reader))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    assert tree.root() == edge.root()
    assert tree.leaf(index) == LEAVES[index]
    assert tree.inclusion_proof(index) == inclusion_proof(nodes(), index, size)
    assert tree.consistency_proof(old) == consistency_proof(nodes(), old, size)
    # Of a tree with 258 level-0 tiles: the edge, and one path down for each proof.
    assert len(read) == len(set(read)) <= 9


def test_a_small_cache_answers_the_same() -> None:
    tiles, _ = tiles_in_memory(LEAVES[:70_000])
    tree = TileTree(len(LEAVES), TileCache(tiles.__getitem__, kept=1))
    for index in (0, 300, 65_999):
        assert tree.inclusion_proof(index) == inclusion_proof(
            nodes(), index, len(LEAVES)
        )
    for index in (-1, len(LEAVES)):
        with pytest.raises(LogError):
            tree.leaf(index)
        with pytest.raises(InclusionError):
            tree.inclusion_proof(index)
    with pytest.raises(ConsistencyError):
        tree.consistency_proof(len(LEAVES) + 1)


def flipped(raw: bytes, bit: int) -> bytes:
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize(("index", "size"), [(5, 7), (0, 300), (299, 300)])
def test_no_bit_of_an_inclusion_proof_can_be_changed(index: int, size: int) -> None:
    tiles, edge = tiles_in_memory(LEAVES[:size])
    proof = TileTree(size, TileCache(tiles.__getitem__)).inclusion_proof(index)
    verify_inclusion(LEAVES[index], index, size, proof, edge.root())
    raw = b"".join(proof)
    for bit in range(len(raw) * 8):
        changed = flipped(raw, bit)
        hashes = [changed[at : at + 32] for at in range(0, len(raw), 32)]
        with pytest.raises(InclusionError):
            verify_inclusion(LEAVES[index], index, size, hashes, edge.root())


@pytest.mark.parametrize(("old", "new"), [(3, 7), (256, 300), (257, 700)])
def test_no_bit_of_a_consistency_proof_can_be_changed(old: int, new: int) -> None:
    tiles, edge = tiles_in_memory(LEAVES[:new])
    proof = TileTree(new, TileCache(tiles.__getitem__)).consistency_proof(old)
    roots = (root_of(LEAVES[:old]), edge.root())
    verify_consistency(old, new, *roots, proof)
    raw = b"".join(proof)
    for bit in range(len(raw) * 8):
        changed = flipped(raw, bit)
        hashes = [changed[at : at + 32] for at in range(0, len(raw), 32)]
        with pytest.raises(ConsistencyError):
            verify_consistency(old, new, *roots, hashes)


def test_no_bit_of_a_tile_can_be_changed_without_another_root() -> None:
    tiles, edge = tiles_in_memory(LEAVES[:300])
    for tile in edge_tiles(300):
        for bit in range(len(tiles[tile]) * 8):
            changed = {**tiles, tile: flipped(tiles[tile], bit)}
            tree = TileTree(300, TileCache(changed.__getitem__))
            assert tree.root() != edge.root()


def test_no_bit_of_a_proof_bundle_can_be_changed() -> None:
    log = PublicLog(9)
    leaves = [leaf_hash(raw) for raw in log.log.raw_entries]
    bundle = ProofBundle(
        index=4,
        hashes=inclusion_proof(leaves, 4, 9),
        checkpoint=log.log.note,
        extra=log.log.raw_entries[4],
    )
    raw = bundle.to_bytes()

    def check(changed: bytes) -> None:
        met = parse_proof_bundle(changed)
        point = open_checkpoint(met.checkpoint, [log.verifier], log.origin)
        met.check(met.extra or b"", point)

    check(raw)
    for bit in range(len(raw) * 8):
        with pytest.raises(LogError):
            check(flipped(raw, bit))
