"""A Cryptomatte made from mattes gives those mattes, here and by another reader.

Mattes are cut out of photographs by brightness; the element behind is what is left,
or nothing. The independent reader is `cryptomatte_api`, which has its own EXR reader.
"""

from pathlib import Path

import numpy as np
import pytest
from cryptomatte_api import Cryptomatte as Other

from pipeline.frames.exr import read_exr, read_exr_planes
from pipeline.kernels.coverage import coverage_of
from pipeline.kernels.cryptomatte import cryptomattes_of
from tests.simulators.film_files import (
    Array,
    cryptomatte,
    exr,
    exr_parts,
    photo,
    window,
)

NAMES = ("hero", "차량/문", 'smoke "thin"', "explosion")


def soft(name: str, height: int = 96, width: int = 128) -> Array:
    """An 8-bit matte with soft edges, from a photograph's brightness."""
    light = photo(height, width, name).astype(np.float64).mean(axis=2)
    ramp = np.clip((light - 0.15) * 2.5, 0, 1)
    return np.asarray(np.rint(ramp * 255).astype(np.uint8))


def layers() -> dict[str, Array]:
    """Q15 coverages of four elements, each in front of the next; sums below 1."""
    left = np.full((96, 128), 32768, np.uint32)
    found = {}
    for name, file in zip(
        NAMES, ("astronaut.png", "coffee.png", "rocket.jpg", "chelsea.png"), strict=True
    ):
        share = left * coverage_of(soft(file)) >> 15
        left -= share
        found[name] = share.astype(np.uint16)
    assert 0 < int(left.astype(bool).sum()) < left.size
    return found


@pytest.mark.parametrize("compression", ["zips", "zip", "piz", "none"])
def test_a_cryptomatte_gives_the_coverage_it_was_made_from(
    compression: str, tmp_path: Path
) -> None:
    mattes = layers()
    shares = {name: q15 / np.float32(32768) for name, q15 in mattes.items()}
    channels, header = cryptomatte(shares, levels=2)
    path = tmp_path / "comp.1001.exr"
    path.write_bytes(exr({"RGB": photo(96, 128), **channels}, compression, **header))
    (found,) = cryptomattes_of(read_exr(path.read_bytes())).values()
    (other,) = Other.load(path)
    for name, q15 in mattes.items():
        assert np.array_equal(found.coverage([name]), q15)
        assert np.array_equal(np.rint(other.mask(name) * 32768), q15)
    total = sum(q15.astype(np.int64) for q15 in mattes.values())
    assert np.array_equal(found.coverage(NAMES), total)
    assert found.objects() == {
        name: int(q15.sum())
        for name, q15 in sorted(mattes.items(), key=lambda item: -int(item[1].sum()))
    }
    assert set(other.metadata().manifest().names()) == set(NAMES)


def test_an_8_bit_matte_and_what_it_leaves_come_back_as_the_mattes_coverage() -> None:
    matte = soft("astronaut.png")
    shares = {
        "hero": matte / np.float32(255),
        "set": (255 - matte) / np.float32(255),
    }
    channels, header = cryptomatte(shares)
    file = exr({"RGB": photo(96, 128), **channels}, **header)
    (found,) = cryptomattes_of(read_exr(file)).values()
    assert np.array_equal(found.coverage(["hero"]), coverage_of(matte))
    assert int(found.coverage(["hero", "set"]).min()) == 32768


def test_more_objects_than_ranks_leave_the_rest_unattributed(tmp_path: Path) -> None:
    shares = {name: q15 / np.float32(32768) for name, q15 in layers().items()}
    channels, header = cryptomatte(shares, levels=1)
    path = tmp_path / "comp.exr"
    path.write_bytes(exr({"RGB": photo(96, 128), **channels}, **header))
    (found,) = cryptomattes_of(read_exr(path.read_bytes())).values()
    (other,) = Other.load(path)
    for name in NAMES:
        assert np.array_equal(found.coverage([name]), np.rint(other.mask(name) * 32768))
    whole = sum(share.astype(np.float64) for share in shares.values())
    assert (found.coverage(NAMES) < np.rint(whole * 32768)).any()


def test_a_file_of_ids_alone_in_a_data_window_is_read(tmp_path: Path) -> None:
    shares = {name: q15 / np.float32(32768) for name, q15 in layers().items()}
    channels, header = cryptomatte(shares)
    path = tmp_path / "ids.exr"
    path.write_bytes(
        exr(
            channels,
            dataWindow=window(10, 4, 137, 99),
            displayWindow=window(0, 0, 159, 119),
            **header,
        )
    )
    planes = read_exr_planes(path.read_bytes())
    (found,) = cryptomattes_of(planes).values()
    (other,) = Other.load(path)
    for name, q15 in layers().items():
        inside = found.coverage([name])[4:100, 10:138]
        assert np.array_equal(inside, q15)
        assert np.array_equal(np.rint(other.mask(name) * 32768), inside)
        assert int(found.coverage([name]).sum()) == int(q15.sum())


def test_ids_may_lie_in_a_part_of_their_own() -> None:
    shares = {name: q15 / np.float32(32768) for name, q15 in layers().items()}
    channels, header = cryptomatte(shares)
    file = exr_parts(
        {"rgba": {"RGB": photo(96, 128)}, "ids": channels}, rgba=header, ids=header
    )
    (found,) = cryptomattes_of(read_exr(file)).values()
    assert np.array_equal(found.coverage(["hero"]), layers()["hero"])


def test_both_readers_refuse_ids_in_half_floats(tmp_path: Path) -> None:
    shares = {name: q15 / np.float32(32768) for name, q15 in layers().items()}
    channels, header = cryptomatte(shares)
    with np.errstate(over="ignore"):
        small = {key: plane.astype(np.float16) for key, plane in channels.items()}
    path = tmp_path / "half.exr"
    path.write_bytes(exr({"RGB": photo(96, 128), **small}, **header))
    with pytest.raises(Exception, match="lost the ids"):
        cryptomattes_of(read_exr(path.read_bytes()))
    with pytest.raises(RuntimeError, match="32-bit float"):
        Other.load(path)
