"""Small films as values: files, who made them, and shots that show them."""

from dataclasses import dataclass, field, replace
from hashlib import sha256

from ledger.history.film import (
    Asset,
    Contribution,
    Engagement,
    Film,
    Frame,
    Generation,
    Party,
    Run,
    Shot,
    Source,
    Speaker,
)
from ledger.records.editing import CutLeaf, CutSource
from ledger.records.frames import (
    Bounds,
    Coverage,
    LayerCoverage,
    LayerInput,
    MeasuredLeaf,
)
from ledger.records.identity import as_day, as_digest, as_token, as_uid
from ledger.records.making import AssetLeaf, Edge, GenerationInput, RunLayer
from ledger.records.people import EngagementTerms, Route
from ledger.records.statement import Scope
from ledger.records.time import FrameRange, Rate

RATE = Rate(24, 1)
STUDIO = "f" * 32
PIXELS = 64


def uid(name: str) -> str:
    return sha256(f"uid {name}".encode()).hexdigest()[:32]


def id_of(name: str) -> str:
    return sha256(f"statement {name}".encode()).hexdigest()


def file_of(name: str, index: int = 0) -> str:
    return sha256(f"file {name} {index}".encode()).hexdigest()


@dataclass(frozen=True)
class ResolvedFilm:
    """A cut of it: rate and leaves are all that a roll needs."""

    rate: Rate
    leaves: tuple[CutLeaf, ...]


@dataclass
class FilmMaker:
    """Grows a film; statements get indices in the order in which they are made."""

    film: Film = field(
        default_factory=lambda: Film(
            log="film.invalid/0123456789abcdef",
            size=100,
            root="0" * 64,
            studio=STUDIO,
            title="시험",
            parties={
                STUDIO: Party(uid=STUDIO, type="organisation", name="㈜시험 스튜디오")
            },
        )
    )
    made: int = 0

    def source(self, kind: str, name: str, scope: Scope | None = None) -> Source:
        self.made += 1
        return Source(
            id=id_of(name),
            index=self.made,
            kind=kind,
            speaker=Speaker(key_id="a" * 32, party=STUDIO, root=True, machine=False),
            scope=scope or Scope(),
            at=None,
            admitted_at="2026-09-01T10:00:00.000000Z",
        )

    def party(
        self,
        name: str,
        printed: str | None = None,
        latin: str | None = None,
        type_: str = "person",
    ) -> str:
        one = Party(uid=uid(name), type=type_, name=printed or name, latin=latin)
        self.film = replace(self.film, parties={**self.film.parties, one.uid: one})
        return one.uid

    def asset(self, name: str, indices: range | None = None) -> str:
        files = {
            index: AssetLeaf(
                index=index,
                file=as_digest(file_of(name, index)),
                size=1,
                type=as_token("image/png"),
                width=8,
                height=8,
            )
            for index in indices or [0]
        }
        asset = Asset(source=self.source("asset.1", name), files=files)
        self.film = replace(self.film, assets={**self.film.assets, id_of(name): asset})
        return id_of(name)

    def shot(self, code: str, frames: range, *layers: "Layer") -> str:
        shot = Shot(
            uid=uid(code),
            code=code,
            source=self.source("shot.1", code),
            range=FrameRange.between(frames.start, frames.stop, RATE),
            frames={number: _frame(number, layers) for number in frames},
        )
        self.film = replace(self.film, shots={**self.film.shots, shot.uid: shot})
        return shot.uid

    def contribution(
        self,
        name: str,
        route: Route,
        act: str,
        party: str | None,
        *,
        scope: Scope | None = None,
        before: tuple[str, ...] = (),
        after: tuple[str, ...] = (),
    ) -> str:
        one = Contribution(
            source=self.source("contribution.1", name, scope),
            route=route,
            act=act,
            party=party,
            note=None,
            tool=None,
            before=before,
            after=after,
            change=None,
            candidates=None,
            minutes=None,
        )
        self.film = replace(self.film, contributions=(*self.film.contributions, one))
        return one.source.id

    def generation(
        self,
        name: str,
        outputs: tuple[str, ...],
        *,
        party: str | None = None,
        inputs: tuple[tuple[str, Edge], ...] = (),
        model: str = "scripted",
    ) -> str:
        one = Generation(
            source=self.source("generation.1", name),
            provider="demo.invalid",
            model=model,
            model_version="1",
            source_type="trainedAlgorithmicMedia",
            prompt="비밀",
            party=party,
            inputs=tuple(
                GenerationInput.model_validate({"asset": asset, "edge": edge})
                for asset, edge in inputs
            ),
            outputs=outputs,
        )
        self.film = replace(self.film, generations=(*self.film.generations, one))
        return one.source.id

    def run(self, *layers: "Layer") -> None:
        """The run that every shot shows, with what its layers are declared to be."""
        run = Run(
            source=self.source("run.1", "run"),
            width=8,
            height=8,
            layers=tuple(
                RunLayer.model_validate(
                    {
                        "element": uid(one.element),
                        "asset": id_of(one.asset),
                        "source_type": one.declared,
                        "alpha": "opaque",
                    }
                )
                for one in layers
            ),
        )
        elements = {uid(one.element): one.element for one in layers}
        self.film = replace(
            self.film,
            runs={id_of("run"): run},
            elements={**self.film.elements, **elements},
        )

    def engagement(
        self, name: str, party: str, *credit: str, company: str = STUDIO
    ) -> str:
        terms = EngagementTerms(
            status="freelancer",
            from_on=as_day("2026-01-01"),
            credit=tuple(as_token(one) for one in credit),
        )
        one = Engagement(
            source=self.source("engagement.1", name),
            party=party,
            company=company,
            terms=terms,
        )
        self.film = replace(self.film, engagements=(*self.film.engagements, one))
        return one.source.id


@dataclass(frozen=True)
class Layer:
    """A layer of a shot: its asset's name, and how much of it is seen."""

    element: str
    asset: str
    still: bool = False
    upper: int = 32768 * PIXELS
    matte: str | None = None
    declared: str = "digitalCapture"


def _frame(number: int, layers: tuple[Layer, ...]) -> Frame:
    def file(name: str, *, still: bool) -> str:
        return file_of(name, 0 if still else number)

    nothing = Bounds(lower=0, upper=0)
    measured = MeasuredLeaf(
        frame=number,
        pixels=as_digest(file_of("pixels", number)),
        decoder=as_token("png@1"),
        inputs=tuple(
            LayerInput(
                layer=place,
                file=as_digest(file(one.asset, still=one.still)),
                matte=as_digest(file(one.matte, still=one.still))
                if one.matte
                else None,
            )
            for place, one in enumerate(layers)
        ),
        coverage=Coverage(
            layers=tuple(
                LayerCoverage(
                    element=as_uid(uid(one.element)), lower=0, upper=one.upper
                )
                for one in layers
            ),
            unattributed=nothing,
        ),
        tiles=as_digest("0" * 64),
        iscc="ISCC:AAAAAAAAAAAAAAAA",
        profile=as_token("iscc-256/1"),
    )
    return Frame(run=id_of("run"), set=id_of("set"), measured=measured)


def within(
    shot: str | None = None, frames: range | None = None, element: str | None = None
) -> Scope:
    return Scope(
        shot=as_uid(shot) if shot else None,
        element=as_uid(uid(element)) if element else None,
        range=FrameRange.between(frames.start, frames.stop, RATE) if frames else None,
    )


def cut(*records: tuple[tuple[str, int], ...]) -> ResolvedFilm:
    """A cut, each record frame as the (shot, frame) pairs that it shows."""
    leaves = tuple(
        CutLeaf(
            frame=record,
            sources=tuple(
                CutSource(shot=as_uid(shot), view="screen", frame=frame, track=0)
                for shot, frame in sources
            ),
        )
        for record, sources in enumerate(records)
    )
    return ResolvedFilm(rate=RATE, leaves=leaves)
