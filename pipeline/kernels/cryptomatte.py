"""Cryptomatte: coverage of named objects, out of ids and coverages ranked by pixel.

Psyop, "Cryptomatte Specification" 1.2.0; our rules for rounding and for sums are in
docs/specs/cryptomatte.md. Ids are compared by their bits, never as floats.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, cast

import numpy as np

from pipeline.errors import CryptomatteError
from pipeline.frames.arrays import AnyArray
from pipeline.kernels.coverage import Coverage
from pipeline.kernels.cryptomatte_manifest import object_id, read_manifest
from pipeline.kernels.cryptomatte_ranks import Rank, rank_planes, ranks_of, wrong

PREFIX: Final = "cryptomatte/"
HASH: Final = "MurmurHash3_32"
CONVERSION: Final = "uint32_to_float32"

_NAMELESS: Final = re.compile("<([0-9a-f]{8})>")


class Planed(Protocol):
    """What a Cryptomatte is read from: a `Raster`, or the planes of an OpenEXR."""

    @property
    def planes(self) -> Mapping[str, AnyArray]: ...

    @property
    def header(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cryptomatte:
    """One set of id mattes, such as by object or by material.

    Attributes:
        name: as its channels are named.
        manifest: names that the file lists, with their ids; may be incomplete.
        ranks: from the first to the last.
    """

    name: str
    manifest: Mapping[str, int]
    ranks: tuple[Rank, ...]

    def coverage(self, objects: Iterable[str]) -> Coverage:
        """Add up the coverage of some objects.

        An object without a name in the manifest is found by the hash of its name, or
        given as `<` id `>` in 8 lower-case hexadecimal digits, as `objects` prints
        it. One that is nowhere in the picture covers nothing.

        Returns:
            (height, width) Q15.

        Raises:
            CryptomatteError: an id is that of another name as well.

        Examples:
            >>> ids = np.full((1, 2), object_id("bunny"), np.uint32)
            >>> half = np.full((1, 2), 16384, np.uint16)
            >>> matte = Cryptomatte(name="o", manifest={}, ranks=(Rank(ids, half),))
            >>> matte.coverage(["bunny"]).tolist(), matte.objects()
            ([[16384, 16384]], {'<13851a76>': 32768})
        """
        asked = set(objects)
        ids = sorted({self.id_of(name) for name in asked})
        self._check_alone(asked, self.shared.intersection(ids))
        wanted = np.array(ids, np.uint32)
        total = np.zeros(self.ranks[0].ids.shape, np.uint16)
        for rank in self.ranks:
            for number in wanted:
                np.add(total, rank.coverage, out=total, where=rank.ids == number)
        return cast("Coverage", total)

    def objects(self) -> dict[str, int]:
        """Say what every object that covers something covers, in Q15 summed up.

        Returns:
            By name, or `<` id `>` where the manifest has none, or has two of that id;
            largest first, then by name.
        """
        names = {
            number: name
            for name, number in self.manifest.items()
            if number not in self.shared
        }
        totals: dict[int, int] = {}
        for rank in self.ranks:
            for number, total in _totals(rank):
                totals[number] = totals.get(number, 0) + total
        named = {
            names.get(number, f"<{number:08x}>"): total
            for number, total in totals.items()
            if number and total
        }
        return dict(sorted(named.items(), key=lambda item: (-item[1], item[0])))

    @property
    def shared(self) -> frozenset[int]:
        """Ids that two or more names of the manifest have."""
        return frozenset(
            n for n, many in Counter(self.manifest.values()).items() if many > 1
        )

    def _check_alone(self, asked: Collection[str], shared: Collection[int]) -> None:
        """Refuse a name whose pixels cannot be told from another name's."""
        for name, number in self.manifest.items() if shared else ():
            if number in shared and name not in asked:
                raise wrong(
                    "objects with an id of their own",
                    f"{name!r} with the id {number:08x} of one that is asked for",
                    f"{PREFIX}{self.name}",
                )

    def id_of(self, name: str) -> int:
        """The id that stands for an object in the pixels."""
        met = _NAMELESS.fullmatch(name)
        if met and name not in self.manifest:
            return int(met[1], 16)
        return object_id(name)


def cryptomattes_of(
    source: Planed,
    *,
    manifests: Mapping[str, bytes] | None = None,
    only: Collection[str] | None = None,
) -> dict[str, Cryptomatte]:
    """Read the Cryptomattes of a picture.

    Args:
        source: planes and texts of a file.
        manifests: contents of sidecar manifests, by the path in the header.
        only: names of those that are needed; `None` reads all.

    Returns:
        By name; empty if the header names none.

    Raises:
        CryptomatteError: incomplete, of another hash or conversion, with ranks of half
            floats, with a sidecar that was not given, or with coverages that are no
            shares of a pixel.
    """
    found: dict[str, Cryptomatte] = {}
    for key, fields in sorted(_fields(source.header).items()):
        name = fields.get("name", "")
        if only is not None and name not in only:
            continue
        where = f"{PREFIX}{key}"
        _check_fields(fields, where)
        if name in found:
            raise wrong("one Cryptomatte of a name", f"two called {name!r}", where)
        found[name] = Cryptomatte(
            name=name,
            manifest=_manifest(fields, manifests or {}, where),
            ranks=tuple(ranks_of(rank_planes(source.planes, name, where), where)),
        )
    return found


def _fields(header: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Metadata by key: `cryptomatte/<key>/<field>`."""
    found: dict[str, dict[str, str]] = {}
    for text, value in header.items():
        parts = text.removeprefix(PREFIX).split("/")
        if text.startswith(PREFIX) and len(parts) == 2:
            found.setdefault(parts[0], {})[parts[1]] = value
    return found


def _check_fields(fields: Mapping[str, str], where: str) -> None:
    met = (fields.get("hash"), fields.get("conversion"))
    if not fields.get("name") or met != (HASH, CONVERSION):
        raise wrong(
            f"a name, hash {HASH} and conversion {CONVERSION}",
            f"name {fields.get('name')!r}, hash {met[0]!r}, conversion {met[1]!r}",
            where,
        )


def _manifest(
    fields: Mapping[str, str], given: Mapping[str, bytes], where: str
) -> dict[str, int]:
    if "manifest" in fields:
        return read_manifest(fields["manifest"], where)
    path = fields.get("manif_file")
    if path is None:
        return {}
    if path not in given:
        raise CryptomatteError(
            f"the sidecar manifest {path!r}",
            met="none given",
            advice="Register the manifest beside the picture, or embed it.",
            where=where,
        )
    return read_manifest(given[path], f"{where} {path}")


def _totals(rank: Rank) -> Iterator[tuple[int, int]]:
    """Ids of a rank with what they cover; neighbours of one id are taken together."""
    ids = rank.ids.reshape(-1)
    starts = np.flatnonzero(np.concatenate(([True], ids[1:] != ids[:-1])))
    sums = np.add.reduceat(rank.coverage.reshape(-1), starts, dtype=np.int64)
    numbers, places = np.unique(ids[starts], return_inverse=True)
    totals = np.zeros(len(numbers), np.int64)
    np.add.at(totals, places, sums)
    yield from zip(numbers.tolist(), totals.tolist(), strict=True)
