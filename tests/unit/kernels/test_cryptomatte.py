"""Rules of a Cryptomatte: ids, ranks, rounding, sums, and what is refused."""

import json
from dataclasses import dataclass, field

import numpy as np
import pytest

from pipeline.errors import CryptomatteError
from pipeline.frames.arrays import AnyArray
from pipeline.kernels.cryptomatte import Cryptomatte, cryptomattes_of
from pipeline.kernels.cryptomatte_manifest import (
    murmur3_32,
    object_id,
    read_manifest,
)
from pipeline.kernels.cryptomatte_ranks import NOISE
from tests.simulators.film_files import cryptomatte


@dataclass
class Source:
    planes: dict[str, AnyArray]
    header: dict[str, str] = field(default_factory=dict)


def source(
    *pixels: dict[str, float], name: str = "CryptoObject", levels: int = 3
) -> Source:
    """A row of pixels, each with its objects' coverages."""
    listed = sorted({key for pixel in pixels for key in pixel})
    mattes = {
        key: np.array([[pixel.get(key, 0) for pixel in pixels]], np.float32)
        for key in listed
    }
    return Source(*cryptomatte(mattes, name, levels=levels))


def one(given: Source) -> Cryptomatte:
    (found,) = cryptomattes_of(given).values()
    return found


@pytest.mark.parametrize(
    ("data", "seed", "expected"),
    [
        # SMHasher's published vectors of MurmurHash3_x86_32
        (b"", 0, 0),
        (b"", 1, 0x514E28B7),
        (b"", 0xFFFFFFFF, 0x81F16F39),
        (b"\xff\xff\xff\xff", 0, 0x76293B50),
        (b"!Ce\x87", 0, 0xF55B516B),
        (b"!Ce\x87", 0x5082EDEE, 0x2362F9DE),
        (b"!Ce", 0, 0x7E4A8634),
        (b"!C", 0, 0xA0F7B07A),
        (b"!", 0, 0x72661CF4),
        (b"\0\0\0\0", 0, 0x2362F9DE),
        (b"\0\0\0", 0, 0x85F0B427),
        (b"Hello, world!", 0x9747B28C, 0x24884CBA),
        # Cryptomatte specification 1.2.0
        (b"torus", 0, 4053562365),
        ("равнина".encode(), 0, 2518896926),
    ],
)
def test_murmur_hash_gives_the_published_values(
    data: bytes, seed: int, expected: int
) -> None:
    assert murmur3_32(data, seed) == expected


def test_ids_are_those_of_the_specification() -> None:
    assert f"{object_id('bunny'):08x}" == "13851a76"
    assert f"{object_id('default'):08x}" == "42c9679f"
    assert f"{object_id('bunny_porcelain_mat'):08x}" == "b24b26d4"
    torus = np.array(object_id("torus"), np.uint32).view(np.float32)
    assert f"{torus:.11e}" == "-1.54943624832e+30"


def test_an_id_that_would_be_no_number_has_its_lowest_exponent_bit_turned() -> None:
    # The hash of no bytes is 0; as a float that would be "no object".
    assert object_id("") == 0x00800000
    hashes = {name: murmur3_32(name.encode()) for name in map(str, range(3000))}
    odd = {name: h for name, h in hashes.items() if h >> 23 & 0xFF in {0, 0xFF}}
    assert len(odd) > 5
    for name, number in hashes.items():
        found = object_id(name)
        assert found == (number ^ 0x800000 if name in odd else number)
        assert np.isfinite(np.array(found, np.uint32).view(np.float32))


def test_coverage_is_rounded_to_the_nearest_and_halves_up() -> None:
    steps = np.array([0.49999997, 0.5, 0.50000006, 1.5, 2.5, 32767.49, 32767.5, 32768])
    given = source(*({"a": float(step)} for step in steps / 32768))
    expected = [[0, 1, 1, 2, 3, 32767, 32768, 32768]]
    assert one(given).coverage(["a"]).tolist() == expected


def test_coverage_is_the_nearest_for_shares_of_every_size() -> None:
    rng = np.random.default_rng(0)
    shares = np.concatenate(
        (
            rng.random(4000) ** 8,
            np.arange(0, 2000) / 65536,
            np.nextafter(np.arange(1, 2000, dtype=np.float32) / np.float32(65536), 0),
            [0.0, -0.0, 1e-45, 1e-38, -1e-7, 1.0, 1.0009765625],
        )
    ).astype(np.float32)
    given = source(*({"a": 1.0} for _ in shares))
    given.planes["CryptoObject00.G"][0] = shares
    # Exact: 32768 times a single is a double, and so is its half above.
    expected = np.floor(shares.astype(np.float64) * 32768 + 0.5).astype(np.int64)
    found = one(given).coverage(["a"])[0]
    assert np.array_equal(found, np.minimum(expected, 32768))


def test_what_is_not_covered_stays_unattributed() -> None:
    found = one(source({"hero": 0.25, "car": 0.5}, {"hero": 1}, {}))
    assert found.coverage(["hero"]).tolist() == [[8192, 32768, 0]]
    assert found.coverage(["car", "hero"]).tolist() == [[24576, 32768, 0]]
    assert found.objects() == {"hero": 40960, "car": 16384}


def test_an_object_in_two_ranks_counts_with_both() -> None:
    given = source({"hero": 0.5, "car": 0.25})
    key = "CryptoObject00"
    given.planes[f"{key}.B"] = given.planes[f"{key}.R"].copy()
    assert one(given).coverage(["hero"]).tolist() == [[24576]]
    assert one(given).objects() == {"hero": 24576}


def test_noise_over_one_pixel_is_cut_from_the_last_rank() -> None:
    third = float(np.float32(1) / np.float32(3)) + 2e-5
    found = one(source({"a": third, "b": third, "c": third}))
    parts = [int(found.coverage([name])[0, 0]) for name in "abc"]
    assert sum(parts) == 32768
    assert parts == sorted(parts, reverse=True)
    assert parts[0] == parts[1]
    assert int(found.coverage("abc")[0, 0]) == 32768


@pytest.mark.parametrize(
    "pixel", [{"a": 0.8, "b": 0.21}, {"a": 1.01}, {"a": -0.01}, {"a": float("nan")}]
)
def test_coverages_that_are_no_shares_are_refused(pixel: dict[str, float]) -> None:
    given = source({"a": 1.0}, pixel)
    if pixel["a"] != pixel["a"] or pixel["a"] < 0:
        given.planes["CryptoObject00.G"][0, 1] = pixel["a"]
    with pytest.raises(CryptomatteError, match="coverages"):
        cryptomattes_of(given)


def test_the_allowance_for_noise_ends_where_the_specification_page_says() -> None:
    for excess, fits in ((NOISE, True), (NOISE + 1, False)):
        given = source({"a": 0.5 + excess / 32768, "b": 0.5})
        if fits:
            assert one(given).coverage(["a", "b"]).tolist() == [[32768]]
            continue
        with pytest.raises(CryptomatteError, match="one pixel"):
            cryptomattes_of(given)


@pytest.mark.parametrize("number", [0x7F800001, 0xFF800000, 0x00000001, 0x80000000])
def test_an_id_that_the_conversion_cannot_give_is_refused_where_it_covers(
    number: int,
) -> None:
    given = source({"a": 0.5}, {})
    given.planes["CryptoObject00.R"].view(np.uint32)[0, 1] = number
    assert one(given).objects() == {"a": 16384}
    given.planes["CryptoObject00.G"][0, 1] = 0.25
    with pytest.raises(CryptomatteError, match=f"{number:08x}"):
        cryptomattes_of(given)


@pytest.mark.parametrize(
    "letters",
    ["RGBA", "rgba", ("red", "green", "blue", "alpha"), ("Red", "g", "B", "A")],
)
def test_channels_may_be_named_in_every_known_way(letters: tuple[str, ...]) -> None:
    given = source({"a": 0.5, "b": 0.25})
    names = dict(zip("RGBA", letters, strict=True))
    planes = {f"{key[:-1]}{names[key[-1]]}": p for key, p in given.planes.items()}
    found = one(Source(planes, given.header))
    assert found.objects() == {"a": 16384, "b": 8192}
    assert len(found.ranks) == 6


def test_names_with_signs_of_a_pattern_are_names() -> None:
    given = source({"a": 1.0}, name="View (1).Crypto+Object*")
    assert one(given).objects() == {"a": 32768}


def test_preview_channels_and_other_cryptomattes_are_not_ranks() -> None:
    given = source({"a": 1.0})
    extra = source({"b": 1.0}, name="CryptoObject00x")
    given.planes |= {"CryptoObject.R": np.ones((1, 1), np.float16)} | extra.planes
    given.header |= extra.header
    found = cryptomattes_of(given)
    assert sorted(found) == ["CryptoObject", "CryptoObject00x"]
    assert list(cryptomattes_of(given, only=["CryptoObject"])) == ["CryptoObject"]


@pytest.mark.parametrize(
    ("gone", "there"),
    [("00.G", None), ("01.R", None), ("00.A", None), ("00.R", None), (None, "00.red")],
)
def test_gaps_and_repeated_ranks_are_refused(
    gone: str | None, there: str | None
) -> None:
    given = source({"a": 1.0})
    if gone:
        del given.planes[f"CryptoObject{gone}"]
    if there:
        given.planes[f"CryptoObject{there}"] = np.zeros((1, 1), np.float32)
    with pytest.raises(CryptomatteError, match=r"rank|gap"):
        cryptomattes_of(given)


def test_an_odd_number_of_ranks_is_read() -> None:
    given = source({"a": 0.75}, levels=1)
    del given.planes["CryptoObject00.B"], given.planes["CryptoObject00.A"]
    assert one(given).objects() == {"a": 24576}


@pytest.mark.parametrize("kind", [np.float16, np.uint32])
def test_ranks_of_another_type_have_lost_the_ids(kind: type[np.generic]) -> None:
    given = source({"a": 1.0})
    given.planes = {key: p.astype(kind) for key, p in given.planes.items()}
    with pytest.raises(CryptomatteError, match="lost the ids"):
        cryptomattes_of(given)


@pytest.mark.parametrize("key", ["name", "hash", "conversion"])
def test_metadata_must_be_whole_and_of_the_one_kind_there_is(key: str) -> None:
    for value in (None, "other"):
        given = source({"a": 1.0})
        (place,) = [text for text in given.header if text.endswith(f"/{key}")]
        if value is None:
            del given.header[place]
        else:
            given.header[place] = value
        with pytest.raises(CryptomatteError):
            cryptomattes_of(given)


def test_two_of_one_name_are_refused_and_none_is_no_error() -> None:
    given = source({"a": 1.0})
    again = {
        text.replace("cryptomatte/", "cryptomatte/x"): value
        for text, value in given.header.items()
    }
    with pytest.raises(CryptomatteError, match="one Cryptomatte of a name"):
        cryptomattes_of(Source(given.planes, given.header | again))
    assert cryptomattes_of(Source(given.planes)) == {}


def test_without_a_manifest_objects_are_found_by_hash_and_listed_by_id() -> None:
    given = source({"a": 0.5, "ä": 0.25})
    given.header = {
        text: value
        for text, value in given.header.items()
        if not text.endswith("/manifest")
    }
    found = one(given)
    number = f"<{object_id('a'):08x}>"
    assert found.objects() == {number: 16384, f"<{object_id('ä'):08x}>": 8192}
    assert found.coverage(["a"]).tolist() == found.coverage([number]).tolist()
    assert found.coverage(["ä"]).tolist() == [[8192]]
    assert found.coverage(["nobody"]).tolist() == [[0]]


def test_a_sidecar_manifest_is_read_only_when_it_is_given() -> None:
    given = source({"a": 1.0})
    (place,) = [text for text in given.header if text.endswith("/manifest")]
    listed = given.header.pop(place).encode()
    given.header[place.replace("manifest", "manif_file")] = "m/plate.json"
    with pytest.raises(CryptomatteError, match=r"sidecar manifest 'm/plate\.json'"):
        cryptomattes_of(given)
    (found,) = cryptomattes_of(given, manifests={"m/plate.json": listed}).values()
    assert found.objects() == {"a": 32768}
    with pytest.raises(CryptomatteError, match="no JSON"):
        cryptomattes_of(given, manifests={"m/plate.json": b"\xff{"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"bunny":"13851a76"',
        '{"bunny":"13851a7"}',
        '{"bunny":324344438}',
        '{"bunny":"13851a77"}',
        '{"bunny":"13851a76","bunny":"13851a76"}',
        "[" * 100_000,
        '{"bunny":"+3851a76"}',
        json.dumps({"x" * 2**24: "00000000"}),
    ],
    ids=lambda text: text[:24],
)
def test_a_manifest_that_says_something_else_is_refused(text: str) -> None:
    with pytest.raises(CryptomatteError, match="manifest"):
        read_manifest(text, "cryptomatte/abc")


def one_id_twice() -> tuple[str, str]:
    """Two names with one id, by trying: a few ten thousand names are enough."""
    seen: dict[int, str] = {}
    for name in map("obj{}".format, range(400_000)):
        known = seen.setdefault(object_id(name), name)
        if known != name:
            return known, name
    raise AssertionError


def test_names_of_one_id_are_counted_only_together() -> None:
    first, second = one_id_twice()
    given = source({first: 0.25, second: 0.5, "a": 0.125})
    found = one(given)
    number = f"<{object_id(first):08x}>"
    assert found.objects() == {number: 24576, "a": 4096}
    assert found.coverage([first, second]).tolist() == [[24576]]
    assert found.coverage(["a"]).tolist() == [[4096]]
    with pytest.raises(CryptomatteError, match="an id of their own"):
        found.coverage([first])
