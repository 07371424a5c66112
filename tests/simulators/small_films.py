"""Small films as values, made by hand: what `ledger.production.film` would have read.

Uids and ids are invented from names, so that a test can name them again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any, Literal

from ledger.history.film import (
    Asset,
    Change,
    Contribution,
    Ended,
    Engagement,
    Film,
    Frame,
    Generation,
    Opinion,
    Party,
    Run,
    Shot,
    Source,
    Speaker,
)
from ledger.records.editing import ChangeLeaf
from ledger.records.frames import (
    Bounds,
    Coverage,
    LayerCoverage,
    LayerInput,
    MeasuredLeaf,
)
from ledger.records.identity import Digest, as_digest, as_statement_id, as_token, as_uid
from ledger.records.making import AssetLeaf, Edge, GenerationInput, RunLayer, SourceType
from ledger.records.people import EngagementTerms, Route
from ledger.records.statement import Scope
from ledger.records.time import FrameRange, Rate

RATE = Rate(24, 1)
AT = "2026-03-02T03:00:00.000000Z"
PIXELS = 16
GENERATED: SourceType = "trainedAlgorithmicMedia"
CAPTURED: SourceType = "digitalCapture"
STUDIO = "studio"


def digest(*words: object) -> str:
    return sha256("/".join(map(str, words)).encode()).hexdigest()


def uid(name: str) -> str:
    return digest("uid", name)[:32]


def span(first: int, end: int) -> FrameRange:
    return FrameRange.between(first, end, RATE)


STUDIO_KEY = Speaker(key_id=uid("k1"), party=uid(STUDIO), root=True, machine=False)
PIPELINE_KEY = Speaker(
    key_id=uid("k2"),
    party=uid(STUDIO),
    root=False,
    machine=True,
    delegated=frozenset({"asset", "run", "frame.set", "generation", "change"}),
)


def assessors_key(party: str) -> Speaker:
    return Speaker(
        key_id=uid(f"key of {party}"),
        party=uid(party),
        root=False,
        machine=False,
        delegated=frozenset({"opinion"}),
    )


@dataclass
class FilmMaker:
    """Collects what a film says; `film()` gives it as it stands."""

    parties: dict[str, Party] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    shots: dict[str, Shot] = field(default_factory=dict)
    generations: list[Generation] = field(default_factory=list)
    contributions: list[Contribution] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._indices = count(10)
        self.party(STUDIO, "organisation")

    def film(self) -> Film:
        return Film(
            log="jangbu.invalid/0123456789abcdef",
            size=100,
            root=digest("root"),
            studio=uid(STUDIO),
            title=None,
            parties=dict(self.parties),
            shots=dict(self.shots),
            assets=dict(self.assets),
            runs=dict(self.runs),
            generations=tuple(self.generations),
            contributions=tuple(self.contributions),
            engagements=tuple(self.engagements),
            opinions=tuple(self.opinions),
            changes=tuple(self.changes),
            ended=tuple(self.ended),
        )

    def source(
        self, name: str, kind: str, speaker: Speaker = STUDIO_KEY, **scope: object
    ) -> Source:
        return Source(
            id=digest("id", name),
            index=next(self._indices),
            kind=kind,
            speaker=speaker,
            scope=Scope.model_validate(scope),
            at=AT,
            admitted_at=AT,
        )

    def party(
        self, name: str, kind: Literal["person", "organisation"] = "person"
    ) -> str:
        self.parties[uid(name)] = Party(uid=uid(name), type=kind, name=name)
        return uid(name)

    def asset(self, name: str, files: Mapping[int, str] | Iterable[int]) -> str:
        """Files by index; from numbers alone, each file is named after its asset."""
        if not isinstance(files, Mapping):
            files = {number: f"{name}/{number}" for number in files}
        made = Asset(
            source=self.source(name, "asset.1", PIPELINE_KEY),
            files={number: _file(number, file) for number, file in files.items()},
        )
        self.assets[made.source.id] = made
        return made.source.id

    def generation(
        self,
        name: str,
        outputs: Sequence[str],
        inputs: Sequence[tuple[str, Edge]] = (),
        by: str | None = None,
    ) -> str:
        made = Generation(
            source=self.source(name, "generation.1"),
            provider="local",
            model="scripted",
            model_version="1",
            source_type=GENERATED,
            prompt=None,
            party=uid(by) if by else None,
            inputs=tuple(
                GenerationInput(asset=as_statement_id(asset), edge=edge)
                for asset, edge in inputs
            ),
            outputs=tuple(outputs),
        )
        self.generations.append(made)
        return made.source.id

    def contribution(
        self,
        name: str,
        route: Route,
        party: str,
        after: Sequence[str] = (),
        before: Sequence[str] = (),
        **more: Any,  # noqa: ANN401
    ) -> str:
        scope = {
            key: more.pop(key) for key in ("shot", "element", "range") & more.keys()
        }
        made = Contribution(
            source=self.source(name, "contribution.1", **scope),
            route=route,
            act=more.get("act", "paint"),
            party=uid(party),
            note=None,
            tool=None,
            before=tuple(before),
            after=tuple(after),
            change=more.get("change"),
            candidates=more.get("candidates"),
            minutes=None,
        )
        self.contributions.append(made)
        return made.source.id

    def change(self, name: str, before: str, after: str, changed: int) -> str:
        old, new = self.assets[before].files, self.assets[after].files
        still = next(iter(old.values()))
        made = Change(
            source=self.source(name, "change.1", PIPELINE_KEY),
            before=before,
            after=after,
            pictures={
                number: _changed(number, old.get(number, still), leaf, changed)
                for number, leaf in new.items()
            },
            tiles=digest("tiles"),
        )
        self.changes.append(made)
        return made.source.id

    def edit(
        self,
        name: str,
        party: str,
        before: str,
        after: str,
        changed: int = 4,
        **more: Any,  # noqa: ANN401
    ) -> str:
        """A contribution by route edit with its measured change."""
        measured = self.change(f"change of {name}", before, after, changed)
        return self.contribution(
            name, "edit", party, [after], [before], change=measured, **more
        )

    def opinion(
        self,
        name: str,
        by: str,
        question: str,
        judgement: str,
        *,
        shot: str,
        element: str,
        finding: str = "yes",
        frames: Sequence[int] | None = None,
        confirms: Sequence[str] = (),
        speaker: Speaker | None = None,
    ) -> str:
        """On the delivered pixels of these frames, of all if none are named."""
        delivered = self.shots[uid(shot)].frames
        made = Opinion(
            source=self.source(
                name,
                "opinion.1",
                speaker or assessors_key(by),
                shot=uid(shot),
                element=uid(element),
            ),
            question=question,
            judgement=judgement,
            finding=finding,
            reasons=None,
            confirms=tuple(confirms),
            seen={
                number: (delivered[number].measured.pixels,)
                for number in (delivered if frames is None else frames)
            },
            cut=None,
        )
        self.opinions.append(made)
        return made.source.id

    def engagement(
        self, name: str, party: str, company: str = STUDIO, **terms: object
    ) -> str:
        made = Engagement(
            source=self.source(name, "engagement.1"),
            party=uid(party),
            company=uid(company),
            terms=EngagementTerms.model_validate(
                {"status": "freelancer", "from_on": "2026-01-01", **terms}
            ),
        )
        self.engagements.append(made)
        return made.source.id

    def shot(
        self,
        name: str,
        layers: Sequence[tuple[str, str, SourceType]],
        frames: Sequence[int],
        unseen: Sequence[str] = (),
    ) -> str:
        """Layers (element, asset, declared), bottom to top, over these frames."""
        run = Run(
            source=self.source(f"run {name}", "run.1", PIPELINE_KEY),
            width=4,
            height=4,
            layers=tuple(
                RunLayer(
                    element=as_uid(uid(element)),
                    asset=as_statement_id(asset),
                    source_type=declared,
                    alpha="opaque",
                )
                for element, asset, declared in layers
            ),
        )
        self.runs[run.source.id] = run
        made = self.source(f"version {name}", "version.1", PIPELINE_KEY)
        self.shots[uid(name)] = Shot(
            uid=uid(name),
            code=name,
            source=self.source(f"shot {name}", "shot.1", shot=uid(name)),
            version=made,
            range=span(frames[0], frames[-1] + 1),
            frames={
                number: Frame(
                    run=run.source.id,
                    set=digest("set", name),
                    measured=self._measured(name, number, layers, unseen),
                )
                for number in frames
            },
        )
        return uid(name)

    def _measured(
        self,
        shot: str,
        number: int,
        layers: Sequence[tuple[str, str, SourceType]],
        unseen: Sequence[str],
    ) -> MeasuredLeaf:
        return MeasuredLeaf(
            frame=number,
            pixels=as_digest(digest("pixels", shot, number)),
            decoder=as_token("pillow/1"),
            inputs=tuple(
                LayerInput(layer=place, file=self._shown(asset, number))
                for place, (_, asset, _) in enumerate(layers)
            ),
            coverage=Coverage(
                layers=tuple(
                    LayerCoverage(
                        element=as_uid(uid(element)),
                        lower=0,
                        upper=0 if element in unseen else 32768 * PIXELS,
                    )
                    for element, _, _ in layers
                ),
                unattributed=Bounds(lower=0, upper=0),
            ),
            tiles=as_digest(digest("tiles")),
            iscc="ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HU",
            profile=as_token("iscc-256"),
        )

    def _shown(self, asset: str, number: int) -> Digest:
        files = self.assets[asset].files
        return files.get(number, next(iter(files.values()))).file


def _file(number: int, name: str) -> AssetLeaf:
    return AssetLeaf(
        index=number,
        file=as_digest(digest("file", name)),
        size=1,
        type=as_token("image/png"),
        width=4,
        height=4,
    )


def _changed(
    number: int, before: AssetLeaf, after: AssetLeaf, changed: int
) -> ChangeLeaf:
    return ChangeLeaf(
        index=number,
        before=before.file,
        after=after.file,
        before_decoder=as_token("pillow/1"),
        after_decoder=as_token("pillow/1"),
        pixels=PIXELS,
        changed_0=changed,
        changed_2=changed,
        sum_abs=changed,
        sum_sq=changed,
        tiles=as_digest(digest("tiles")),
    )
