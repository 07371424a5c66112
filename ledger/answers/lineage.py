"""How files came to be, by their digests: files -> assets -> generations and people.

Names play no part. A picture in a frame is a file; which assets hold that file, which
generation lists such an asset as its output, who says that such an asset came of their
work: that is a `Step`. Steps lead to files before them; walks over them stop at files
that they have met, so that statements that go round in a circle end too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from ledger.answers.making import Edit, Input, Making, Measured, Presence, Step
from ledger.history.film import Asset, Change, Contribution, Film, Generation
from ledger.records.making import Edge
from ledger.records.people import Route

_PRESENCE: Mapping[Edge, Presence] = {
    "transformed": Presence.TRANSFORMED,
    # A generator enlarges by inventing detail: not the same pixels any more.
    "upscaled": Presence.TRANSFORMED,
    "driven_by": Presence.DRIVEN_BY,
    "reference": Presence.NONE,
    "matte_from": Presence.NONE,
}


class Lineage:
    """The steps of every file of a film; each is worked out once, when asked for."""

    def __init__(self, film: Film) -> None:
        self._film = film
        self._steps: dict[str, Step] = {}

    def step(self, file: str) -> Step:
        """How a file came to be; of a file that no asset holds, nothing is known."""
        if file not in self._steps:
            self._steps[file] = self._made(file)
        return self._steps[file]

    def ancestry(self, file: str) -> Mapping[str, Presence]:
        """Every file that led to this one, itself too, by how it is there in it.

        Over several ways the strongest counts; along one way the weakest step.
        """
        found: dict[str, Presence] = {}
        waiting: dict[Presence, list[str]] = {one: [] for one in Presence}
        waiting[Presence.PLACED].append(file)
        for presence in Presence:
            while waiting[presence]:
                here = waiting[presence].pop()
                if here in found:
                    continue
                found[here] = presence
                for there, link in self._links(here):
                    waiting[max(presence, link)].append(there)
        return found

    def circular(self, file: str) -> bool:
        """Whether what led to a file is said to have led to itself."""
        links = {one: {to for to, _ in self._links(one)} for one in self.ancestry(file)}
        # Files without anything left before them go, until none does.
        while ended := [one for one, before in links.items() if not before & {*links}]:
            for one in ended:
                del links[one]
        return bool(links)

    def _links(self, file: str) -> Iterator[tuple[str, Presence]]:
        step = self.step(file)
        for edited in step.before:
            yield edited, Presence.PLACED
        for one in step.inputs:
            yield one.file, _PRESENCE[one.edge]

    @cached_property
    def _holders(self) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
        holders: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
        for uid, asset in self._film.assets.items():
            for index, leaf in asset.files.items():
                held = holders[leaf.file]
                held[uid] = (*held.get(uid, ()), index)
        return holders

    @cached_property
    def _by_output(self) -> Mapping[str, tuple[Generation, ...]]:
        return _by_asset((one, one.outputs) for one in self._film.generations)

    @cached_property
    def _by_after(self) -> Mapping[str, tuple[Contribution, ...]]:
        return _by_asset((one, one.after) for one in self._film.contributions)

    @cached_property
    def _changes(self) -> Mapping[str, tuple[Change, ...]]:
        return _by_asset((one, (one.after,)) for one in self._film.changes)

    def _made(self, file: str) -> Step:
        held = self._holders.get(file, {})
        generations = _once(one for uid in held for one in self._by_output.get(uid, ()))
        contributions = _once(
            one
            for uid, indices in held.items()
            for one in self._by_after.get(uid, ())
            if self._says(one, uid, indices)
        )
        edited = [self._edit(one, held) for one in contributions if one.route == "edit"]
        edits = tuple(one for one in edited if not _idle(one, file))
        routes: set[Route] = {one.route for one in contributions}
        return Step(
            file=file,
            making=_making(generations, edits, routes),
            assets=tuple(held),
            generations=generations,
            contributions=contributions,
            inputs=tuple(self._inputs(generations, held)),
            edits=edits,
            idle=tuple(one.contribution for one in edited if _idle(one, file)),
            conflict=_contradictory(generations, edits, routes)
            or self._made_of_another(contributions, edits, held, file),
        )

    def _made_of_another(
        self,
        contributions: Iterable[Contribution],
        edits: tuple[Edit, ...],
        held: Mapping[str, tuple[int, ...]],
        file: str,
    ) -> bool:
        """Whether a first picture is said, or was measured, to come of another one."""
        first = [one for one in contributions if one.route in ("capture", "input")]
        if any(one.before for one in first):
            return True
        if not first or edits:
            return False
        leaves = (
            change.pictures.get(index)
            for uid, indices in held.items()
            for change in self._changes.get(uid, ())
            for index in indices
        )
        return any(leaf is not None and leaf.before != file for leaf in leaves)

    def _says(self, one: Contribution, uid: str, indices: tuple[int, ...]) -> bool:
        span = one.source.scope.range
        # Where a sequence is not numbered as the shot is, or is a still, the range
        # speaks of other numbers and all files are meant.
        files = self._film.assets[uid].files
        if span is None or not any(map(span.contains, files)):
            return True
        return any(map(span.contains, indices))

    def _edit(self, one: Contribution, held: Mapping[str, tuple[int, ...]]) -> Edit:
        indices = {index for uid in one.after for index in held.get(uid, ())}
        before = self._files(one.before, indices)
        return Edit(
            contribution=one,
            before=before,
            measured=tuple(self._measured(one, held)),
        )

    def _measured(
        self, one: Contribution, held: Mapping[str, tuple[int, ...]]
    ) -> Iterator[Measured]:
        # Named by the contribution or not: what was measured of the same files holds.
        for uid in one.after:
            for change in self._changes.get(uid, ()):
                leaves = [change.pictures.get(index) for index in held.get(uid, ())]
                leaf = next((each for each in leaves if each is not None), None)
                if change.before in one.before and leaf is not None:
                    yield Measured(change=change, leaf=leaf)

    def _inputs(
        self, generations: Iterable[Generation], held: Mapping[str, tuple[int, ...]]
    ) -> Iterator[Input]:
        for one in generations:
            indices = {index for uid in one.outputs for index in held.get(uid, ())}
            for each in one.inputs:
                for file in self._files((each.asset,), indices):
                    yield Input(
                        generation=one, asset=each.asset, edge=each.edge, file=file
                    )

    def _files(self, uids: Iterable[str], indices: set[int]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for uid in uids:
            asset = self._film.assets.get(uid)
            # An asset that is current no more was there all the same: its own id
            # stands for its files, of which nothing is known.
            found |= dict.fromkeys(_same(asset, indices) if asset else [uid])
        return tuple(found)


def _same(asset: Asset, indices: set[int]) -> Sequence[str]:
    # The picture of the same number; a still, or another numbering, stands for all.
    same = [asset.files[one].file for one in sorted(indices) if one in asset.files]
    return same or [leaf.file for leaf in asset.files.values()]


_One = TypeVar("_One", Generation, Contribution, Change)


def _by_asset(
    pairs: Iterable[tuple[_One, Iterable[str]]],
) -> Mapping[str, tuple[_One, ...]]:
    found: dict[str, list[_One]] = defaultdict(list)
    for one, uids in pairs:
        for uid in dict.fromkeys(uids):
            found[uid].append(one)
    return {uid: tuple(those) for uid, those in found.items()}


def _once(found: Iterable[_One]) -> tuple[_One, ...]:
    return tuple({one.source.id: one for one in found}.values())


def _idle(edit: Edit, file: str) -> bool:
    return bool(edit.before) and set(edit.before) == {file}


def _making(
    generations: tuple[Generation, ...], edits: tuple[Edit, ...], routes: set[Route]
) -> Making:
    if generations:
        return Making.GENERATED
    if edits:
        return Making.EDITED
    # A photograph is a work of one's own too, if it is one: the camera is the step.
    if "capture" in routes:
        return Making.CAPTURED
    return Making.HANDMADE if "input" in routes else Making.UNKNOWN


def _contradictory(
    generations: tuple[Generation, ...], edits: tuple[Edit, ...], routes: set[Route]
) -> bool:
    if generations:
        # The same bytes came out of one call, and out of nothing else.
        by_hand = bool(edits) or bool(routes & {"capture", "input"})
        return len(generations) > 1 or by_hand
    return bool(edits) and "capture" in routes
