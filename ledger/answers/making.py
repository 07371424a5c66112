"""One step in which a file came to be: of what, by whom and by which route."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

from ledger.history.film import Change, Contribution, Generation
from ledger.records.editing import ChangeLeaf
from ledger.records.making import Edge
from ledger.records.people import Route


class Making(Enum):
    """The last step in which a file was made."""

    GENERATED = "generated"
    EDITED = "edited"
    CAPTURED = "captured"
    HANDMADE = "handmade"
    UNKNOWN = "unknown"


class Presence(IntEnum):
    """In which way an earlier picture is there in a later one, strongest first."""

    PLACED = 0
    TRANSFORMED = 1
    DRIVEN_BY = 2
    NONE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A file that went into a generator, in the generation that says so."""

    generation: Generation
    asset: str
    edge: Edge
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The change in one picture, with the statement that it stands in."""

    change: Change
    leaf: ChangeLeaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What somebody did to make a file of others.

    Attributes:
        before: the files that were changed; none if nobody recorded them.
        measured: the change from one of them, where it was measured.
    """

    contribution: Contribution
    before: tuple[str, ...]
    measured: tuple[Measured, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How one file came to be, as far as the log says.

    Attributes:
        assets: statements that hold the file.
        contributions: of every route, that name such an asset as what came of them.
        edits: contributions by route edit whose file before is another one.
        idle: contributions by route edit that left the file as it was.
        conflict: whether these statements cannot all be true.
    """

    file: str
    making: Making
    assets: tuple[str, ...]
    generations: tuple[Generation, ...]
    contributions: tuple[Contribution, ...]
    inputs: tuple[Input, ...]
    edits: tuple[Edit, ...]
    idle: tuple[Contribution, ...]
    conflict: bool

    def by(self, route: Route) -> tuple[Contribution, ...]:
        """Contributions by one route."""
        return tuple(one for one in self.contributions if one.route == route)

    @property
    def before(self) -> tuple[str, ...]:
        """Files that were edited into this one, each once, in order."""
        return tuple(dict.fromkeys(file for one in self.edits for file in one.before))

    @property
    def disputed(self) -> bool:
        """Whether another party contradicts a statement that made it what it is."""
        routes = _MAKING_ROUTES[self.making]
        grounds = [one.source for one in self.contributions if one.route in routes]
        if self.making is Making.GENERATED:
            grounds += [one.source for one in self.generations]
        return bool(grounds) and all(one.disputed for one in grounds)


_MAKING_ROUTES: Mapping[Making, tuple[Route, ...]] = {
    Making.GENERATED: (),
    Making.EDITED: ("edit",),
    Making.CAPTURED: ("capture",),
    Making.HANDMADE: ("input",),
    Making.UNKNOWN: (),
}
