"""From statements in force to the facts of a film: kind by kind, opened and joined."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from ledger.evidence.disclosure import blobs_of
from ledger.history import film
from ledger.log.leaves import read_leaves
from ledger.ports import BlobReader
from ledger.production.told import Told, as_code, as_terms, as_text
from ledger.records.authority import Genesis, Party
from ledger.records.editing import Change, ChangeLeaf, Cut, CutLeaf
from ledger.records.identity import as_digest, as_uid
from ledger.records.making import (
    Asset,
    AssetLeaf,
    Element,
    Generation,
    Run,
    Shot,
    Version,
)
from ledger.records.people import Contribution, Engagement, Opinion, SeenLeaf
from ledger.records.statement import Leaf, Leaves, Record

OneLeaf = TypeVar("OneLeaf", bound=Leaf)


@dataclass(slots=True)
class Facts:
    """What was told so far; a later statement about the same thing counts.

    Attributes:
        versions: the newest version of each shot, by the shot's uid.
        views: views of which a shot has versions in force.
        erased: kinds of statements with erased values, or with blobs that were
            destroyed on purpose: these tell no facts any more.
        disposed: digests of what was destroyed on purpose.
    """

    blobs: BlobReader
    disposed: frozenset[str] = frozenset()
    studio: str = ""
    title: str | None = None
    parties: dict[str, film.Party] = field(default_factory=dict)
    elements: dict[str, str | None] = field(default_factory=dict)
    shots: dict[str, film.Shot] = field(default_factory=dict)
    versions: dict[str, tuple[film.Source, Version]] = field(default_factory=dict)
    views: dict[str, set[str]] = field(default_factory=dict)
    assets: dict[str, film.Asset] = field(default_factory=dict)
    runs: dict[str, film.Run] = field(default_factory=dict)
    generations: list[film.Generation] = field(default_factory=list)
    contributions: list[film.Contribution] = field(default_factory=list)
    engagements: list[film.Engagement] = field(default_factory=list)
    opinions: list[film.Opinion] = field(default_factory=list)
    changes: list[film.Change] = field(default_factory=list)
    cuts: list[film.Cut] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)

    def take(self, told: Told) -> None:
        """Take in a statement in force; kinds that tell no fact pass by."""
        body = told.said.body
        if not self.disposed.isdisjoint(blobs_of(body)):
            self.erased.append(told.said.statement.kind)
            return
        taker = _TAKERS.get(type(body))
        if taker is not None:
            taker(self, told, body)
        if told.erased:
            self.erased.append(told.said.statement.kind)

    def leaves(self, model: type[OneLeaf], stated: Leaves) -> dict[int, OneLeaf]:
        """The leaves of a blob, by their numbers."""
        found = read_leaves(model, self.blobs.read(stated.blob), stated)
        return {leaf.number: leaf for leaf in found}


def tells_facts(kind: type[Record]) -> bool:
    """Whether statements with this body tell a fact of the film."""
    return kind in _TAKERS


# --- what the film is about -----------------------------------------------------------


def _genesis(facts: Facts, told: Told, body: Genesis) -> None:
    facts.studio = body.studio
    facts.title = told.open("title", as_text)


def _party(facts: Facts, told: Told, body: Party) -> None:
    uid, name = told.open("party", as_uid), told.open("name", as_text)
    latin = told.open("latin", as_text)
    if uid is not None:
        facts.parties[uid] = film.Party(uid=uid, type=body.type, name=name, latin=latin)


def _element(facts: Facts, told: Told, _body: Element) -> None:
    facts.elements[str(told.said.statement.scope.element)] = told.open("name", as_text)


def _shot(facts: Facts, told: Told, _body: Shot) -> None:
    uid, code = str(told.said.statement.scope.shot), told.open("alias", as_code)
    facts.shots[uid] = film.Shot(uid=uid, code=code, source=told.source())


def _version(facts: Facts, told: Told, body: Version) -> None:
    shot = str(told.said.statement.scope.shot)
    facts.versions[shot] = told.source(), body
    facts.views.setdefault(shot, set()).add(body.view)


# --- what was made --------------------------------------------------------------------


def _asset(facts: Facts, told: Told, body: Asset) -> None:
    files = facts.leaves(AssetLeaf, body.files)
    facts.assets[told.id] = film.Asset(source=told.source(), files=files)


def _run(facts: Facts, told: Told, body: Run) -> None:
    facts.runs[told.id] = film.Run(
        source=told.source(),
        width=body.width,
        height=body.height,
        layers=body.layers,
        active=body.active,
    )


def _generation(facts: Facts, told: Told, body: Generation) -> None:
    prompt, party = told.open("prompt", as_text), told.open("party", as_uid)
    facts.generations.append(
        film.Generation(
            source=told.source(),
            provider=body.provider,
            model=body.model,
            model_version=body.model_version,
            source_type=body.source_type,
            prompt=prompt,
            party=party,
            inputs=body.inputs,
            outputs=body.outputs,
        )
    )


def _change(facts: Facts, told: Told, body: Change) -> None:
    facts.changes.append(
        film.Change(
            source=told.source(),
            before=body.before,
            after=body.after,
            pictures=facts.leaves(ChangeLeaf, body.frames),
            tiles=body.tiles.blob,
        )
    )


def _cut(facts: Facts, told: Told, body: Cut) -> None:
    file = told.open("file", as_digest)
    facts.cuts.append(
        film.Cut(
            source=told.source(),
            rate=body.rate,
            file=file,
            versions=body.versions,
            leaves=tuple(facts.leaves(CutLeaf, body.resolved).values()),
        )
    )


# --- what people did, agreed and think ------------------------------------------------


def _contribution(facts: Facts, told: Told, body: Contribution) -> None:
    party, note = told.open("party", as_uid), told.open("note", as_text)
    facts.contributions.append(
        film.Contribution(
            source=told.source(),
            route=body.route,
            act=body.act,
            party=party,
            note=note,
            tool=body.tool,
            before=body.before,
            after=body.after,
            change=body.change,
            candidates=body.candidates,
            minutes=body.minutes,
        )
    )


def _engagement(facts: Facts, told: Told, _body: Engagement) -> None:
    party, company = told.open("party", as_uid), told.open("company", as_uid)
    terms = told.open("terms", as_terms)
    facts.engagements.append(
        film.Engagement(source=told.source(), party=party, company=company, terms=terms)
    )


def _opinion(facts: Facts, told: Told, body: Opinion) -> None:
    reasons = told.open("reasons", as_text)
    seen = facts.leaves(SeenLeaf, body.seen)
    facts.opinions.append(
        film.Opinion(
            source=told.source(),
            question=body.question,
            judgement=body.judgement,
            finding=body.finding,
            reasons=reasons,
            confirms=body.confirms,
            seen={frame: leaf.pixels for frame, leaf in seen.items()},
            cut=body.cut,
        )
    )


_TAKERS: Final[Mapping[object, Callable[[Facts, Told, Any], None]]] = {
    Asset: _asset,
    Change: _change,
    Contribution: _contribution,
    Cut: _cut,
    Element: _element,
    Engagement: _engagement,
    Generation: _generation,
    Genesis: _genesis,
    Opinion: _opinion,
    Party: _party,
    Run: _run,
    Shot: _shot,
    Version: _version,
}
