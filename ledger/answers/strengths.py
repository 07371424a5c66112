"""How strong a statement is: who said it, what saw it, and who else examined it.

Derived from the log and never declared. Nothing here reaches `certified` yet.
"""

from collections.abc import Iterable
from functools import cached_property

from ledger.history.film import Change, Contribution, Film, Opinion, Source
from ledger.records.statement import family
from ledger.rules.values import Strength

SELF_ASSESSED = "self_assessed"
NOT_INDEPENDENT = "not_independent"
REVOKED = "key_revoked"

_SEEN_BY_MACHINES = frozenset({"asset", "run", "frame.set", "change", "version"})
"""What a machine states of bytes that it read itself. A generation is not among them:
what a generator writes into its file is a party's word."""


class Strengths:
    """Strengths of a film's statements."""

    def __init__(self, film: Film) -> None:
        self._film = film

    def of(self, source: Source) -> Strength:
        """How strong a statement is on its own, or by an outsider's examination."""
        if source.id in self._confirmed:
            return Strength.INDEPENDENT
        if source.revoked:
            # Whoever had the key could have signed it: that is no signature.
            return Strength.ANY
        if source.speaker.machine and family(source.kind) in _SEEN_BY_MACHINES:
            return Strength.OWN_SYSTEM
        return Strength.SIGNED

    def of_contribution(
        self, one: Contribution, measured: Iterable[Change] = ()
    ) -> Strength:
        """A contribution is as strong as what a machine measured of its files."""
        seen = [self.of(each.source) for each in measured if not each.source.disputed]
        if self.of(one.source) is Strength.ANY:
            return Strength.ANY  # pictures that differ do not say who changed them
        return max([self.of(one.source), *(min(each, _SEEN) for each in seen)])

    def of_change(self, change: Change) -> Strength:
        """A measured change is confirmed with the contribution that it belongs to."""
        if change.source.id in self._confirmed_changes:
            return Strength.INDEPENDENT
        return self.of(change.source)

    def of_opinion(
        self, opinion: Opinion, contributors: Iterable[str]
    ) -> tuple[Strength, frozenset[str]]:
        """How far an assessor stands from the facts, with what is to be remarked."""
        party = opinion.source.speaker.party
        if opinion.source.revoked:
            return Strength.ANY, frozenset({REVOKED})
        if party in set(contributors):
            return Strength.OWN_SYSTEM, frozenset({SELF_ASSESSED})
        if not self.independent(party):
            return Strength.OWN_SYSTEM, frozenset({NOT_INDEPENDENT})
        return Strength.INDEPENDENT, frozenset()

    def independent(self, party: str | None) -> bool:
        """Whether a party has nothing to do with the film; not known is not."""
        return party is not None and party not in self._involved

    @cached_property
    def _involved(self) -> frozenset[str | None]:
        film = self._film
        return frozenset(
            {
                film.studio,
                *(one.party for one in film.contributions),
                *(one.party for one in film.generations),
                *(one.party for one in film.engagements),
                *(one.company for one in film.engagements),
            }
        )

    @cached_property
    def _confirmed(self) -> frozenset[str]:
        return frozenset(
            confirmed
            for one in self._film.opinions
            if qualified(one)
            and not one.source.disputed
            and not one.source.revoked
            and self.independent(one.source.speaker.party)
            for confirmed in one.confirms
        )

    @cached_property
    def _confirmed_changes(self) -> frozenset[str]:
        return frozenset(
            one.change
            for one in self._film.contributions
            if one.change is not None and one.source.id in self._confirmed
        )


_SEEN = Strength.OWN_SYSTEM


def qualified(opinion: Opinion) -> bool:
    """Whether the key was delegated opinions; a root's delegations are to others."""
    speaker = opinion.source.speaker
    return "opinion" in speaker.delegated and not speaker.root and not speaker.machine
