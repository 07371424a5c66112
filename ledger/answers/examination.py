"""A film on the desk: its lineage, strengths and opinions, and the rules in force."""

from collections.abc import Iterable
from functools import cached_property

from ledger.answers.asked import Asked
from ledger.answers.facts import FactFinder, Facts
from ledger.answers.lineage import Lineage
from ledger.answers.opinions import Opinions
from ledger.answers.parts import Parts
from ledger.answers.strengths import Strengths
from ledger.history.film import Contribution, Film, Opinion
from ledger.records.statement import family
from ledger.rules.evaluate import evaluate
from ledger.rules.outcome import Outcome
from ledger.rules.rulebook import Rulebook

_OF_PICTURES = frozenset({"contribution", "opinion"})


class Examination:
    """What every question to one film needs; each distinct set of facts is judged once.

    Attributes:
        asked: shots, frames, floor and day.
    """

    def __init__(self, film: Film, rulebook: Rulebook, asked: Asked) -> None:
        self.film = film
        self.asked = asked
        self.lineage = Lineage(film)
        self.strengths = Strengths(film)
        self.finder = FactFinder(film, self.lineage, self.strengths)
        self.parts = Parts(film, self.lineage, self.finder)
        self.opinions = Opinions(film, self.strengths)
        self._rulebook = rulebook
        self._judged: dict[object, Outcome] = {}

    def judge(self, policy: str, facts: Facts) -> Outcome:
        """The answer of a policy in force to these facts."""
        key = (policy, fingerprint(facts))
        if key not in self._judged:
            self._judged[key] = evaluate(
                policy,
                facts,
                floor=self.asked.floor,
                rulebook=self._rulebook,
                on=self.asked.on,
            )
        return self._judged[key]

    def opinions_in(self, outcome: Outcome | None) -> tuple[Opinion, ...]:
        """The opinions that an answer rests on."""
        used = frozenset(outcome.evidence) if outcome else frozenset()
        return tuple(one for one in self.film.opinions if one.source.id in used)

    def ended_about(self, shot: str, element: str) -> tuple[str, ...]:
        """What people said of an element in a shot and is current no more."""
        return tuple(
            one.id
            for one in self.film.ended
            if family(one.kind) in _OF_PICTURES
            and one.scope.shot in (None, shot)
            and one.scope.element in (None, element)
        )

    def ended_of(self, ids: Iterable[str | None]) -> tuple[str, ...]:
        """Those of some statements that are current no more."""
        known = [one for one in dict.fromkeys(ids) if one is not None]
        return tuple(one for one in known if one in self._ended)

    def ended_kinds(self, *families: str) -> tuple[str, ...]:
        """Statements of some kinds that are current no more."""
        return tuple(one.id for one in self.film.ended if family(one.kind) in families)

    @cached_property
    def _ended(self) -> frozenset[str]:
        return frozenset(one.id for one in self.film.ended)

    def names(self, uids: Iterable[str | None]) -> dict[str, str]:
        """Present names of shots, elements and parties, as far as they are known."""
        film = self.film
        found: dict[str, str | None] = {}
        for uid in uids:
            if uid is None:
                continue
            if uid in film.shots:
                found[uid] = film.shots[uid].code
            elif uid in film.parties:
                found[uid] = film.parties[uid].name
            else:
                found[uid] = film.elements.get(uid)
        return {uid: name for uid, name in found.items() if name is not None}


def parties_of(those: Iterable[Contribution]) -> tuple[str, ...]:
    """Who took part, each once; those whose trace was erased are not among them."""
    return tuple(dict.fromkeys(one.party for one in those if one.party is not None))


def fingerprint(facts: Facts) -> object:
    """Equal for equal facts."""
    return tuple(sorted(facts.items(), key=lambda pair: pair[0]))
