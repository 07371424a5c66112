"""Names, widths and bytes of tiles, by the examples of c2sp.org/tlog-tiles."""

from collections import Counter

import pytest

from ledger.errors import LogError
from ledger.log.entry_bundle import LONGEST_ENTRY, join_entries, split_entries
from ledger.log.tiles import (
    ENTRIES,
    WIDTH,
    Tile,
    TileEdge,
    edge_from,
    edge_tiles,
    hashes_at,
    split_hashes,
    tile_at,
    tiles_of,
)
from ledger.log.tree import EMPTY_ROOT, leaf_hash


def test_the_example_of_the_specification_a_tree_of_70000() -> None:
    tiles = [tile for tile in tiles_of(70_000) if tile.level != ENTRIES]
    assert Counter((tile.level, tile.width) for tile in tiles) == {
        (0, WIDTH): 273,
        (0, 112): 1,
        (1, WIDTH): 1,
        (1, 17): 1,
        (2, 1): 1,
    }


def test_a_tree_of_256_has_a_full_tile_and_one_hash_above() -> None:
    assert list(tiles_of(256)) == [Tile(ENTRIES, 0), Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []
    assert list(tiles_of(1)) == [Tile(ENTRIES, 0, 1), Tile(0, 0, 1)]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(0, 0), "tile/0/000"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
        (Tile(ENTRIES, 1000), "tile/entries/x001/000"),
    ],
)
def test_a_tile_has_one_path(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.from_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/x000/001",
        "tile/0/1",
        "tile/00/001",
        "tile/64/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/001/002",
        "tile/0/x01/002",
        "tile/-1/000",
        "tile/8/0/000",
        "tile/entries/000.tmp",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/000\n",
        "Tile/0/000",
        "",
    ],
)
def test_another_spelling_names_no_tile(path: str) -> None:
    assert Tile.from_path(path) is None


def test_only_tiles_that_the_size_has_can_be_asked_for() -> None:
    assert tile_at(0, 1, 300) == Tile(0, 1, 44)
    for level, index in ((0, 2), (0, -1), (1, 1), (2, 0)):
        with pytest.raises(LogError):
            tile_at(level, index, 300)
    assert hashes_at(ENTRIES, 300) == 300


def test_what_is_new_since_an_earlier_size() -> None:
    assert list(tiles_of(600, 600)) == []
    assert set(tiles_of(600, 0)) == set(tiles_of(600))
    new = set(tiles_of(600, 300))
    assert new == {
        *(Tile(level, index) for level in (ENTRIES, 0) for index in (1,)),
        *(Tile(level, 2, 88) for level in (ENTRIES, 0)),
        Tile(1, 0, 2),
    }


def test_a_tile_of_another_length_is_refused() -> None:
    tile = Tile(0, 0, 2)
    assert split_hashes(bytes(64), tile) == (bytes(32), bytes(32))
    for length in (0, 32, 63, 65, 96):
        with pytest.raises(LogError):
            split_hashes(bytes(length), tile)


def test_an_edge_is_that_of_its_size() -> None:
    assert TileEdge().root() == EMPTY_ROOT
    leaf = leaf_hash(b"")
    with pytest.raises(LogError):
        TileEdge(size=2, levels=((leaf,),))
    with pytest.raises(LogError):
        TileEdge(size=1, levels=((b"short",),))
    with pytest.raises(LogError):
        edge_from(1, [b"short"])
    assert edge_from(1, [leaf]) == TileEdge().extend([leaf])[0]
    assert edge_tiles(256) == [Tile(1, 0, 1)]


def test_entries_of_any_length_come_back_from_a_bundle() -> None:
    entries = (b"", b"a", bytes(LONGEST_ENTRY), b"\x00\x01")
    tile = Tile(ENTRIES, 0, len(entries))
    assert split_entries(join_entries(entries), tile) == entries
    assert join_entries([]) == b""
    with pytest.raises(LogError):
        join_entries([bytes(LONGEST_ENTRY + 1)])


@pytest.mark.parametrize("raw", [b"\x00", b"\x00\x02a", b"\x00\x01ab", b""])
def test_a_bundle_that_is_cut_off_or_too_long_is_refused(raw: bytes) -> None:
    with pytest.raises(LogError):
        split_entries(raw, Tile(ENTRIES, 0, 1))
