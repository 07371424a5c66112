"""Names for `pipeline.recording`: parties, shots, elements, questions, keys."""

from collections.abc import Sequence

from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import KeyRef, check
from ledger.errors import NotPermittedError, UnknownNameError
from ledger.history.authority import DECIDING, Authority
from ledger.keys.folder import party_key
from ledger.production.blinding import erasable_key, kept_key
from ledger.production.opening import Production
from ledger.production.party_keys import public_key_of, signs_elsewhere
from ledger.production.registry import uid_of
from ledger.records.identity import as_uid
from ledger.records.statement import Verb, family
from ledger.rules.rulebook import packaged_rulebook
from pipeline.recording.desk import NamedParty

PIPELINE = "pipeline"
_ROOT = "studio"
_MACHINES = frozenset({"asset", "change", "cut"})
"""Kinds that a machine derives from files; the pipeline's key states them."""


class ProductionNames:
    """Implements `pipeline.recording.desk.Names` on an opened production."""

    def __init__(
        self,
        production: Production,
        authority: Authority | None,
        *,
        elsewhere: str | None = None,
    ) -> None:
        """Look names up in a production.

        Args:
            production: opened.
            authority: who may state what; `None` while the log is out of reach:
                admission decides then.
            elsewhere: uid of a party that is going to sign on a device of its own.
        """
        self._production = production
        self._elsewhere = elsewhere
        self._authority = authority

    def party(self, reference: str) -> NamedParty:
        """The party that a handle, uid or name stands for."""
        table = self._production.registry.party_called(reference)
        erasable = erasable_key(self._production.keys, table)
        return NamedParty(uid=uid_of(table), erasable=erasable)

    def kept_key(self, reference: str) -> KeyRef:
        """The key of what the law makes the studio keep about a party."""
        table = self._production.registry.party_called(reference)
        return kept_key(self._production.keys, table)

    def shot(self, code: str) -> str:
        """The uid of a shot by its present code."""
        return _known(self._production.registry.shot_uid(code), code, "shot")

    def element(self, name: str) -> str:
        """The uid of an element by its name."""
        return _known(self._production.registry.element_uid(name), name, "element")

    def judgement(self, question: str, judgement: str) -> None:
        """Refuse what no policy of this version asks for.

        Raises:
            UnknownNameError: with the ids that there are.
        """
        known: dict[str, set[str]] = {}
        for policy in packaged_rulebook().policies:
            if policy.judgements:
                known.setdefault(policy.id, set()).update(policy.judgements)
        if question not in known:
            raise _unknown(question, "question", sorted(known))
        if judgement not in known[question]:
            raise _unknown(judgement, "judgement", sorted(known[question]))

    def signer(self, party: str | None, kind: str, verb: Verb | None = None) -> str:
        """The key that signs for a party; `None` is the studio.

        Raises:
            NotPermittedError: the log does not let the key state this kind, or use
                the verb.
        """
        name = self._signer(party, kind, verb)
        if name is None or not self._permits(name, kind, None):
            raise NotPermittedError(
                f"a party that may state {family(kind)} with a key of its own",
                met="a party that may not",
                advice=f'Add "{family(kind)}" to `may` of its [[party]] in '
                "production.toml, then run jangbu register.",
                where="/by",
                kind=kind,
            )
        if not self._permits(name, kind, verb):
            raise NotPermittedError(
                f"a key that may {verb} {family(kind)}",
                met="a key that may not",
                advice="A party's own key corrects and withdraws what the party said, "
                "and disputes what others said; the studio's supersedes: leave `by` "
                "out.",
                where="/verb",
                kind=kind,
            )
        return name

    def _signer(self, party: str | None, kind: str, verb: Verb | None) -> str | None:
        if party is None:
            # The machine never takes back what it saw; for that, somebody answers.
            machine = family(kind) in _MACHINES and verb in {None, "supersede"}
            return PIPELINE if machine else _ROOT
        own = party_key(as_uid(party))
        if signs_elsewhere(self._production, own):
            if party != self._elsewhere:
                raise _not_here(kind)
            return own
        if self._production.keys.has_signing_key(own):
            return own
        # A root speaks for the studio; but an opinion is an assessor's.
        is_studio = party == self._production.studio and family(kind) != "opinion"
        return _ROOT if is_studio else None

    def _permits(self, name: str, kind: str, verb: Verb | None) -> bool:
        key_id = key_id_of(public_key_of(self._production, name))
        return self._authority is None or self._authority.permits(key_id, kind, verb)


def _not_here(kind: str) -> NotPermittedError:
    return NotPermittedError(
        "a party whose key is in the production folder",
        met="a party that alone has its key",
        advice="Have the party sign it: jangbu contribute prepare.",
        where="/by",
        kind=kind,
    )


def authority_of(production: Production) -> Authority:
    """Who may state what now."""
    reader = production.reader()
    authority = Authority()
    for one in reader.statements(0, reader.size()):
        if family(one.kind) in DECIDING:
            authority = authority.advance(one.id, check(one.raw), one.index)
    return authority


def _unknown(name: str, noun: str, known: Sequence[str]) -> UnknownNameError:
    return UnknownNameError(
        f"a {noun} that a policy leaves to people: {', '.join(known)}",
        met=repr(name),
        advice="Correct the id; the files under policies/ have them.",
        where=f"/{noun}",
    )


def _known(uid: str | None, name: str, noun: str) -> str:
    if uid is None:
        raise UnknownNameError(
            f"one of the {noun}s that production.toml lists",
            met=repr(name),
            advice=f"Correct the line, or add the {noun} to production.toml and run "
            "jangbu register.",
            where=f"/{noun}",
        )
    return uid
