"""Holds: what must not be erased until somebody who may says that it is over.

A hold is a statement of the studio's (`hold.1`): on a person as a whole, or on a shot
or an element. Withdrawing it releases it. Whom a hold on a person is about stands under
that person's second key, which no erasure reaches while the hold is in force.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.encoding.canonical import JsonValue
from ledger.encoding.entry import parse_entry
from ledger.encoding.statement import Draft, Secret
from ledger.errors import (
    ErasedEvidenceError,
    HeldEvidenceError,
    MissingEvidenceError,
    UnknownNameError,
)
from ledger.production.blinding import kept_key
from ledger.production.current import CurrentStatement, current_of
from ledger.production.opening import Production
from ledger.production.registry import uid_of
from ledger.records.custody import Hold as HoldBody
from ledger.records.identity import Uid, as_statement_id, as_token, as_uid
from ledger.records.statement import Act, Scope, family
from ledger.vault.erasure import retained_key

SHORT: Final = 32
"""Hex digits of a hold's id that name its key."""

_PARTY = "/body/party"
_NOTICE = "/body/notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold in force.

    Attributes:
        since: when it was admitted.
        person: uid of whom it is about; `None`: it is about a shot or an element, or
            nobody can tell (then `lost`).
        lost: it is about a person, and the key that tells whom is not there.
    """

    id: str
    index: int
    since: str
    basis: str
    person: Uid | None = None
    shot: str | None = None
    element: str | None = None
    notice: str | None = None
    lost: bool = False

    def covers(self, scope: Scope) -> bool:
        """Whether what is said in a scope is held as such."""
        if self.shot is not None and self.shot != scope.shot:
            return False
        if self.element is not None and self.element != scope.element:
            return False
        return self.shot is not None or self.element is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be held; a person, or a shot or an element.

    Attributes:
        person: handle, uid or name.
        shot: present code.
        element: name.
        notice: who asked for it, in words.
    """

    basis: str
    person: str | None = None
    shot: str | None = None
    element: str | None = None
    notice: str | None = None


def holds_in_force(production: Production) -> tuple[Hold, ...]:
    """All holds that were not released, the oldest first."""
    reader = production.reader()
    found = [one for one in current_of(reader, "hold") if _is_hold(one)]
    return tuple(_hold(production, one) for one in found)


def place_hold(production: Production, wish: Wish) -> str:
    """State a hold; its id. One that is in force already is not stated again.

    Raises:
        UnknownNameError: a person, shot or element that production.toml does not have.
    """
    basis = as_token(wish.basis, "--basis")
    person, key_ref = _person(production, wish.person)
    scope = Scope(shot=_shot(production, wish.shot), element=_element(production, wish))
    wanted = (basis, person, scope.shot, scope.element, wish.notice)
    for hold in holds_in_force(production):
        if wanted == (hold.basis, hold.person, hold.shot, hold.element, hold.notice):
            return hold.id
    reader = production.reader()
    earlier = sum(
        family(one.kind) == "hold" for one in reader.statements(0, reader.size())
    )
    natural: list[JsonValue] = [str(one or "") for one in wanted]
    natural.append(earlier)
    composed = production.recorder.compose(
        Draft(
            log=production.log,
            kind="hold.1",
            key=production.recorder.machine_key("hold.1", natural),
            scope=scope,
            body={
                "basis": basis,
                "party": None if person is None else Secret(person, of=key_ref),
                "notice": (
                    None if wish.notice is None else Secret(wish.notice, of=key_ref)
                ),
            },
        )
    )
    production.recorder.record([composed], "studio")
    return composed.id


def release_hold(production: Production, reference: str) -> Hold:
    """Withdraw a hold.

    Args:
        production: an opened production, online.
        reference: its id, the first digits of it, or its index.

    Raises:
        UnknownNameError: no hold in force is called so, or several are.
    """
    hold = _called(holds_in_force(production), reference)
    composed = production.recorder.compose(
        Draft(
            log=production.log,
            kind="hold.1",
            key=production.recorder.machine_key("hold.1", ["release", hold.id]),
            body={},
            act=Act(verb="withdraw", of=as_statement_id(hold.id)),
            scope=Scope(
                shot=None if hold.shot is None else as_uid(hold.shot),
                element=None if hold.element is None else as_uid(hold.element),
            ),
        )
    )
    production.recorder.record([composed], "studio")
    return hold


def refuse_if_held(holds: Sequence[Hold], person: Uid) -> None:
    """Refuse to erase anything of a person who is under a hold.

    Raises:
        HeldEvidenceError: naming the hold.
    """
    for hold in holds:
        if hold.person == person or hold.lost:
            whom = "whom nobody can tell any more" if hold.lost else "this person"
            raise HeldEvidenceError(
                "a person who is under no hold",
                met=f"a hold on {whom}: {hold.basis}, since {hold.since}",
                advice="When it is over: jangbu hold release, then erase again.",
                where=f"hold {hold.id}",
                hold=hold.id,
                basis=hold.basis,
                since=hold.since,
            )


def statements_held(production: Production, holds: Sequence[Hold]) -> dict[str, str]:
    """Statements in the scope of holds, each with the short id of its first hold."""
    scoped = [hold for hold in holds if hold.shot or hold.element]
    if not scoped:
        return {}
    reader = production.reader()
    return {
        entry.id: hold.id[:SHORT]
        for entry in map(parse_entry, reader.entries(0, reader.size()))
        for hold in reversed(scoped)
        if hold.covers(entry.scope)
    }


def scoped_ids(holds: Sequence[Hold]) -> frozenset[str]:
    """Short ids of the holds on shots and elements."""
    return frozenset(hold.id[:SHORT] for hold in holds if hold.shot or hold.element)


# --- reading them ---------------------------------------------------------------------


def _is_hold(one: CurrentStatement) -> bool:
    return isinstance(one.said.body, HoldBody)


def _hold(production: Production, one: CurrentStatement) -> Hold:
    body, scope = one.said.body, one.said.statement.scope
    if not isinstance(body, HoldBody):  # pragma: no cover  # filtered by the caller
        raise TypeError
    entry = parse_entry(production.reader().entries(one.index, one.index + 1)[0])
    person = _opened(production, one, _PARTY) if body.party else None
    notice = _opened(production, one, _NOTICE) if body.notice else None
    return Hold(
        id=one.id,
        index=one.index,
        since=entry.at,
        basis=body.basis,
        person=None if person is None else as_uid(person),
        shot=scope.shot,
        element=scope.element,
        notice=notice,
        lost=body.party is not None and person is None,
    )


def _opened(production: Production, one: CurrentStatement, path: str) -> str | None:
    try:
        return str(production.vault.open(one.id, path).value)
    except (ErasedEvidenceError, MissingEvidenceError):
        return None


def _called(holds: Sequence[Hold], reference: str) -> Hold:
    found = list(_matching(holds, reference))
    if len(found) == 1:
        return found[0]
    raise UnknownNameError(
        "a hold in force, by its id, the first digits of it, or its index",
        met=f"{reference[:80]!r}, which {'several' if found else 'none'} of them have",
        advice="jangbu hold list shows them.",
    )


def _matching(holds: Sequence[Hold], reference: str) -> Iterator[Hold]:
    for hold in holds:
        begins = len(reference) >= 8 and hold.id.startswith(reference)
        if begins or reference == str(hold.index):
            yield hold


# --- whom and what --------------------------------------------------------------------


def _person(
    production: Production, reference: str | None
) -> tuple[Uid | None, str | None]:
    if reference is None:
        return None, None
    erased = _erased_person(production, reference)
    if erased is not None:
        return erased, retained_key(erased)
    party = production.registry.party_called(reference)
    if party.type != "person":
        raise UnknownNameError(
            "a person",
            met="an organisation, whose records no erasure reaches",
            advice="Hold a shot or an element instead.",
            where="--person",
        )
    return uid_of(party), kept_key(production.keys, party)


def _erased_person(production: Production, reference: str) -> Uid | None:
    """Somebody whose row is gone and of whom something is kept all the same."""
    if any(reference in (one.uid, one.handle) for one in production.registry.party):
        return None
    if len(reference) != SHORT or not production.keys.has_blinding_key(
        f"person/{reference}/retained"
    ):
        return None
    return as_uid(reference, "--person")


def _shot(production: Production, code: str | None) -> Uid | None:
    if code is None:
        return None
    uid = production.registry.shot_uid(code)
    if uid is None:
        raise _unlisted("a shot's present code", code, "--shot")
    return as_uid(uid)


def _element(production: Production, wish: Wish) -> Uid | None:
    if wish.element is None:
        return None
    uid = production.registry.element_uid(wish.element)
    if uid is None:
        raise _unlisted("an element's name", wish.element, "--element")
    return as_uid(uid)


def _unlisted(expected: str, met: str, where: str) -> UnknownNameError:
    return UnknownNameError(
        f"{expected}, as production.toml lists it",
        met=repr(met[:80]),
        advice="Correct it, or add it and run jangbu register.",
        where=where,
    )
