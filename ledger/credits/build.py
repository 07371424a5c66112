"""The roll of a film, from what is recorded and from what is seen in a cut.

1. Every contribution gets a role from its act, every generation one for who asked.
2. What is seen in the cut makes lines: one for each role and party uid, never by name.
3. What is not seen is listed with the reason, and so is who has no line at all.
4. What contracts demand and no line meets is listed too; nobody gets a line for it.
   So is what is seen and has no recorded origin: whoever made it has no line either.
5. Lines are put in the order that the policy says.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.credits.cut_facts import CutFacts
from ledger.credits.lineless import without_lines
from ledger.credits.notes import Note, Unseen
from ledger.credits.origins import origins_unrecorded
from ledger.credits.policies import COMPANIES, MODELS, Order, Role, Roles
from ledger.credits.roll import (
    ERASED,
    NOT_REGISTERED,
    Block,
    Demanded,
    Evidence,
    Line,
    ModelLine,
    Named,
    NotSeen,
    Roll,
)
from ledger.credits.sorting import sorted_lines
from ledger.credits.visible import FramedCut, Visibility
from ledger.errors import CreditError
from ledger.history.film import Engagement, Film, Generation, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One statement that gives somebody a role."""

    source: Source
    party: str | None
    role: Role
    act: str
    known_act: bool = True
    why_not: Unseen | None = None


def build_roll(film: Film, cut: FramedCut, roles: Roles, order: Order) -> Roll:
    """Build the roll of a film for a cut of it.

    Args:
        film: what the log says.
        cut: a logged cut (`film.cuts`), or one that was just resolved.
        roles: which act gives which role.
        order: in which order they stand.

    Raises:
        CreditError: the cut has frames that the film lacks, or the order lacks a
            department.
    """
    _check(order, roles, cut)
    return _Builder(film, cut, roles, order).roll()


def _check(order: Order, roles: Roles, cut: FramedCut) -> None:
    departments = {*roles.departments, COMPANIES, MODELS}
    if departments != set(order.blocks):
        differing = ", ".join(sorted(departments ^ set(order.blocks)))
        raise CreditError(
            "an order with each department of the roles, and no other",
            met=f"a difference in {differing}",
            advice="Use an order that was made for these roles.",
            where=order.name.id,
        )
    if not cut.leaves:
        raise CreditError(
            "a cut with frames", met="none", advice="Resolve the cut again."
        )


class _Builder:
    def __init__(self, film: Film, cut: FramedCut, roles: Roles, order: Order) -> None:
        self.film = film
        self.cut = cut
        self.roles = roles
        self.order = order
        self.visibility = Visibility(film, cut, roles)
        self.facts = _facts(film, cut)
        works = sorted(self._works(), key=lambda one: one.source.index)
        self.seen = [one for one in works if one.why_not is None]
        self.unseen = [one for one in works if one.why_not is not None]

    def roll(self) -> Roll:
        lines = [*self._lines(), *self._studio_line()]
        companies = [one for one in lines if one.role.department == COMPANIES]
        people = [one for one in lines if one.role.department != COMPANIES]
        not_seen = tuple(map(self._not_seen, self.unseen))
        blocks = tuple(self._blocks(people))
        return Roll(
            log=self.film.log,
            size=self.film.size,
            root=self.film.root,
            title=self.film.title,
            cut=self.facts,
            policies=(self.roles.name, self.order.name),
            order=self.order.blocks,
            blocks=blocks,
            companies=tuple(self._sorted(companies, COMPANIES)),
            models=tuple(self._models()),
            lines_without_evidence=tuple(self._demanded(lines)),
            people_without_lines=tuple(
                without_lines(not_seen, lines, self.film.engagements, self._named)
            ),
            contributions_not_seen=not_seen,
            origin_unrecorded=origins_unrecorded(
                self.film, self.cut, self.visibility.lineage
            ),
        )

    # --- 1: who did what ---------------------------------------------------------

    def _works(self) -> Iterator[Work]:
        for one in self.film.contributions:
            role = self.roles.role_of(one.route, one.act)
            seen = self.visibility.way(one.source.id) is not None
            yield Work(
                source=one.source,
                party=one.party,
                role=self._fitting(role or self.roles.additional, one.party),
                act=f"{one.route}/{one.act}",
                known_act=role is not None,
                why_not=None if seen else self.visibility.why_not(one),
            )
        for made in self.film.generations:
            # Nobody recorded, or erased: only the second keeps a line.
            if made.party is None and not made.source.erased:
                continue
            seen = self.visibility.way(made.source.id) is not None
            yield Work(
                source=made.source,
                party=made.party,
                role=self._fitting(self.roles.asked, made.party),
                act="instruction/prompt",
                why_not=None if seen else Unseen.FILES_NOT_SEEN,
            )

    def _fitting(self, role: Role, uid: str | None) -> Role:
        """A company never stands in a person's column."""
        party = self.film.parties.get(uid) if uid is not None else None
        if party is not None and party.type != "person":
            return self.roles.of_company(role)
        return role

    def _named(self, uid: str | None) -> Named:
        if uid is None:
            return Named(uid=None, name=ERASED)
        party = self.film.parties.get(uid)
        if party is None:
            return Named(uid=uid, name=NOT_REGISTERED)
        return Named(uid=uid, name=party.name or ERASED, latin=party.latin)

    # --- 2: lines ----------------------------------------------------------------

    def _lines(self) -> Iterator[Line]:
        grouped: dict[tuple[Role, str | None], list[Work]] = defaultdict(list)
        for one in self.seen:
            grouped[one.role, one.party].append(one)
        for (role, uid), works in grouped.items():
            yield Line(
                role=role,
                who=self._named(uid),
                evidence=tuple(map(self._evidence, works)),
                seen=self.visibility.seen(one.source.id for one in works),
                notes=tuple(dict.fromkeys(self._notes(uid, works))),
            )

    def _evidence(self, work: Work) -> Evidence:
        source = work.source
        return Evidence(
            id=source.id,
            index=source.index,
            kind=source.kind,
            act=work.act,
            way=self.visibility.way(source.id) or (),
            frames=self.visibility.seen([source.id]).frames,
            disputed=source.disputed,
        )

    def _notes(
        self, uid: str | None, works: Sequence[Work]
    ) -> Iterator[tuple[Note, str]]:
        if uid is None:
            yield Note.ERASED, ""
        elif uid not in self.film.parties:
            yield Note.NOT_REGISTERED, ""
        for one in works:
            if not one.known_act:
                yield Note.UNKNOWN_ACT, one.act
            if one.source.disputed:
                yield Note.DISPUTED, one.act

    def _studio_line(self) -> Iterator[Line]:
        """The company that owns the log, unless its own work gave it this line."""
        uid = self.film.studio
        party = self.film.parties.get(uid)
        credited = any(
            one.role == self.roles.studio and one.party == uid for one in self.seen
        )
        if party is not None and party.type != "person" and not credited:
            yield Line(
                role=self.roles.studio,
                who=self._named(uid),
                evidence=(),
                seen=None,
                notes=((Note.STUDIO, ""),),
            )

    def _models(self) -> Iterator[ModelLine]:
        made: dict[tuple[str, str, str], list[Generation]] = defaultdict(list)
        for one in self.film.generations:
            if self.visibility.way(one.source.id) is not None:
                made[one.provider, one.model, one.model_version].append(one)
        for (provider, model, version), those in sorted(made.items()):
            ids = tuple(one.source.id for one in those)
            ways = {self.visibility.way(one) or () for one in ids}
            yield ModelLine(
                provider=provider,
                model=model,
                version=version,
                generations=ids,
                ways=tuple(sorted(ways, key=lambda way: (len(way), way))),
                seen=self.visibility.seen(ids),
                unasked=sum(one.party is None for one in those),
            )

    # --- 3 and 4: what gives no line ---------------------------------------------

    def _not_seen(self, work: Work) -> NotSeen:
        return NotSeen(
            id=work.source.id,
            role=work.role,
            act=work.act,
            who=self._named(work.party),
            reason=work.why_not or Unseen.NO_PLACE,
        )

    def _demanded(self, lines: Iterable[Line]) -> Iterator[Demanded]:
        met = {(one.who.uid, one.role.code) for one in lines}
        for engagement in sorted(
            self.film.engagements, key=lambda one: one.source.index
        ):
            for code in engagement.terms.credit if engagement.terms else ():
                role = self.roles.roles.get(code)
                fitting = self._fitting(role, engagement.party) if role else None
                wanted = {code, fitting.code if fitting else code}
                if not any((engagement.party, one) in met for one in wanted):
                    yield self._demand(engagement, code, fitting)

    def _demand(self, one: Engagement, code: str, role: Role | None) -> Demanded:
        title = self.roles.additional
        return Demanded(
            role=role
            or Role(code=code, title=title.title, department=title.department),
            who=self._named(one.party),
            engagement=one.source.id,
            not_seen=tuple(
                work.source.id
                for work in self.unseen
                if work.party == one.party and work.role == role
            ),
            known_role=role is not None,
        )

    # --- 5: order ----------------------------------------------------------------

    def _blocks(self, lines: Sequence[Line]) -> Iterator[Block]:
        for code in self.order.blocks:
            within = [one for one in lines if one.role.department == code]
            if within:
                yield Block(
                    department=self.roles.departments[code],
                    lines=tuple(self._sorted(within, code)),
                )

    def _sorted(self, lines: Iterable[Line], block: str) -> list[Line]:
        by_name = block in self.order.by_name
        return sorted_lines(lines, self.roles, by_name=by_name)


def _facts(film: Film, cut: FramedCut) -> CutFacts:
    used = {one.shot: None for leaf in cut.leaves for one in leaf.sources}
    shots: Mapping[str, str | None] = {
        uid: film.shots[uid].code for uid in used if uid in film.shots
    }
    return CutFacts(rate=cut.rate, frames=len(cut.leaves), codes=shots)
