"""What a log currently says of a film, opened and joined: the input of every answer.

Values only. `ledger.production.film` fills them from an opened production; tests make
them by hand. Nothing here says what anything means in law.

A fact whose value was erased has `None` where the value stood, and `erased` is set.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.history.journal import State
from ledger.records.editing import ChangeLeaf, CutLeaf
from ledger.records.frames import MeasuredLeaf
from ledger.records.making import (
    ActivePicture,
    AssetLeaf,
    GenerationInput,
    RunLayer,
    SourceType,
)
from ledger.records.people import EngagementTerms, Route
from ledger.records.statement import Scope
from ledger.records.time import FrameRange, Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who signed a statement, as the log tells it.

    Attributes:
        party: uid of the party that the key speaks for; `None` if that was erased.
        root: an admission root of the log, which may state everything.
        machine: a key that was delegated what machines derive (`frame.set`).
        delegated: families of kinds that its delegation grants; a root's are empty.
    """

    key_id: str
    party: str | None
    root: bool
    machine: bool
    delegated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The statement that a fact was taken from.

    Attributes:
        at: when its speaker says that it happened; `None` for machines' kinds.
        admitted_at: when the log admitted it.
        disputed: whether another party contradicts it.
        revoked: whether its key is not believed at this index: it was stolen or lost.
        erased: whether a private value of it was erased.
        unreadable: whether a private value of it is not here, or is not what its kind
            demands; `None` stands in its place.
    """

    id: str
    index: int
    kind: str
    speaker: Speaker
    scope: Scope
    at: str | None
    admitted_at: str
    disputed: bool = False
    revoked: bool = False
    erased: bool = False
    unreadable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or an organisation; names are `None` once erased.

    Attributes:
        latin: in Latin letters as its owner spells it; `None` if it was not given.
    """

    uid: str
    type: str
    name: str | None
    latin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What somebody did; `party` is `None` if that was erased."""

    source: Source
    route: Route
    act: str
    party: str | None
    note: str | None
    tool: str | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    change: str | None
    candidates: int | None
    minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A call to a generator; `party` is who asked, `None` if unrecorded or erased."""

    source: Source
    provider: str
    model: str
    model_version: str
    source_type: SourceType
    prompt: str | None
    party: str | None
    inputs: tuple[GenerationInput, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """A contract; its fields are `None` once erased."""

    source: Source
    party: str | None
    company: str | None
    terms: EngagementTerms | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """An assessor's finding; `seen` gives, frame by frame, the pixel digests."""

    source: Source
    question: str
    judgement: str
    finding: str
    reasons: str | None
    confirms: tuple[str, ...]
    seen: Mapping[int, tuple[str, ...]]
    cut: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A measured change, picture by picture, by the index in the asset after."""

    source: Source
    before: str
    after: str
    pictures: Mapping[int, ChangeLeaf]
    tiles: str
    """Digest of the blob with all tile tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Files as they came in, by index (frame number; 0 for a still)."""

    source: Source
    files: Mapping[int, AssetLeaf]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A work order: its layers, bottom to top.

    Attributes:
        active: the part of a frame that is measured; `None` for all of it.
    """

    source: Source
    width: int
    height: int
    layers: tuple[RunLayer, ...]
    active: ActivePicture | None = None

    @property
    def pixels(self) -> int:
        """How many pixels of a frame are measured."""
        box = self.active
        if box is None:
            return self.width * self.height
        return (box.right - box.left) * (box.bottom - box.top)

    @property
    def bounded(self) -> bool:
        """Whether a layer's share has bounds, so that a frame has three tile tables."""
        return any(layer.blend is not None for layer in self.layers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame of a shot's version in force."""

    run: str
    set: str
    measured: MeasuredLeaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A shot and its version in force.

    Attributes:
        code: as it is called now; `None` once erased.
        version: the version in force; `None` if the shot has none.
        frames: by number; all of the version's range.
        other_views: views with versions in force that are not among these frames.
    """

    uid: str
    code: str | None
    source: Source
    view: str = "screen"
    version: Source | None = None
    range: FrameRange | None = None
    frames: Mapping[int, Frame] = field(default_factory=dict)
    other_views: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A logged cut; `leaves` by record frame, from 0 on."""

    source: Source
    rate: Rate
    file: str | None
    versions: tuple[str, ...]
    leaves: tuple[CutLeaf, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A statement that is no longer current, kept as evidence."""

    id: str
    index: int
    kind: str
    scope: Scope
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """Everything current at a checkpoint; mappings go by uid or statement id.

    Attributes:
        root: Merkle root of the log at `size` entries, 64 hex digits.
        studio: uid of the party that owns the log.
        shots: by uid, in the order of admission.
        ended: statements that were superseded, corrected or withdrawn.
        erased: kinds of statements with erased values, each as often as there are.
    """

    log: str
    size: int
    root: str
    studio: str
    title: str | None
    parties: Mapping[str, Party] = field(default_factory=dict)
    elements: Mapping[str, str | None] = field(default_factory=dict)
    shots: Mapping[str, Shot] = field(default_factory=dict)
    assets: Mapping[str, Asset] = field(default_factory=dict)
    runs: Mapping[str, Run] = field(default_factory=dict)
    generations: tuple[Generation, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    changes: tuple[Change, ...] = ()
    cuts: tuple[Cut, ...] = ()
    ended: tuple[Ended, ...] = ()
    erased: tuple[str, ...] = ()
