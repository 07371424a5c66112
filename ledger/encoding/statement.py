"""Statements: composing them with commitments, and checking their bytes.

`compose` turns a draft whose body holds `Secret` values into statement bytes, the
blinded id and the openings for the vault. `check` is what admission and every
verifier run on bytes that somebody else wrote.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import (
    BY_PATH,
    ID_PATH,
    Opening,
    Place,
    blind_at,
    commit,
    private,
    statement_id,
)
from ledger.encoding.forms import Form, form_of, kind_named_in
from ledger.encoding.kinds import KindRule, rule_for
from ledger.encoding.models import dump, validate
from ledger.encoding.quick import decode_object
from ledger.errors import MalformedRecordError
from ledger.records.identity import StatementId
from ledger.records.statement import Act, Record, Scope, Statement, Verb

KeyRef: TypeAlias = str
"""Which blinding key: `studio`, `vendor/<uid>`, `person/<uid>` or
`person/<uid>/retained`."""

STUDIO: KeyRef = "studio"
MAX_STATEMENT = 1 << 20
MAX_PRIVATE_DEPTH = 24
"""Levels of a private value, so that its opening still fits into other documents."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is to be committed, and whose key blinds it.

    Attributes:
        of: blinding key; `None` for the statement's own.
    """

    value: JsonValue
    of: KeyRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A statement before its private values are committed."""

    log: str
    kind: str
    key: str
    body: Mapping[str, Any]
    at: str | None = None
    prev: tuple[str, ...] = ()
    act: Act | None = None
    scope: Scope = field(default_factory=Scope)
    blinded_by: KeyRef = STUDIO


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptValue:
    """A private value for the vault, with the key that blinds it."""

    opening: Opening
    key_ref: KeyRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A statement ready to be signed and submitted.

    Attributes:
        raw: S, the canonical bytes.
        blind: b(""), which opens the id.
        by_blind: b("/by"), which opens the entry's signer.
        values: private values, in the order of their paths.
    """

    kind: str
    key: str
    id: str
    raw: bytes
    blind: bytes
    by_blind: bytes
    blinded_by: KeyRef
    values: tuple[KeptValue, ...]

    @property
    def place(self) -> Place:
        """Where its fields stand."""
        log = str(canonical_object(self.raw)["log"])
        return Place(log=log, kind=self.kind, key=self.key)


class Checked:
    """A statement whose bytes have the one permitted form and whose kind is known.

    Attributes:
        raw: its bytes; everything else follows from them.
        json: what they say.
    """

    __slots__ = ("_body", "_statement", "json", "raw")

    def __init__(
        self, *, raw: bytes, statement: Statement | None, body: Record | None
    ) -> None:
        self.raw = raw
        self.json: dict[str, Any] = decode_object(raw)
        self._statement = statement
        self._body = body

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Checked) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"Checked({self.raw!r})"

    @property
    def kind(self) -> str:
        """As in the envelope, like `key`."""
        return self.json["kind"]  # type: ignore[no-any-return]  # it was checked

    @property
    def key(self) -> str:
        return self.json["key"]  # type: ignore[no-any-return]

    @property
    def act(self) -> tuple[Verb | None, StatementId | None]:
        """Verb and target of its act; two `None` if it does nothing to another."""
        act = self.json.get("act")
        return (act["verb"], act["of"]) if act else (None, None)

    @property
    def statement(self) -> Statement:
        """The envelope."""
        if self._statement is None:
            self._statement = read(self.raw)
        return self._statement

    @property
    def body(self) -> Record | None:
        """What it says, as its kind defines it; `None` for a withdrawal."""
        return self._body

    @property
    def place(self) -> Place:
        """Where its fields stand."""
        said = self.json
        return Place(log=said["log"], kind=said["kind"], key=said["key"])


class _OfForm(Checked):
    """A statement that matched its kind's form: records are made when asked for."""

    __slots__ = ("_form",)

    def __init__(self, raw: bytes, form: Form, given: dict[str, Any]) -> None:
        self.raw = raw
        self.json = given
        self._form = form
        self._statement = None
        self._body = None

    @property
    def statement(self) -> Statement:
        """The envelope."""
        if self._statement is None:
            self._statement = self._form.statement(self.json)
        return self._statement

    @property
    def body(self) -> Record:
        """What it says, as its kind defines it; a withdrawal matches no form."""
        if self._body is None:
            self._body = self._form.body(self.json["body"])
        return self._body


def compose(draft: Draft, secret_of: Callable[[KeyRef], bytes]) -> Composed:
    """Commit the private values of a draft and fix its bytes.

    Args:
        draft: what is to be stated.
        secret_of: the blinding key of a reference, 32 bytes.

    Raises:
        MalformedRecordError: the draft does not fit its kind.
    """
    place = Place(log=draft.log, kind=draft.kind, key=draft.key)
    values: list[KeptValue] = []

    def hide(secret: Secret, path: str) -> JsonValue:
        canonical.check_depth(secret.value, MAX_PRIVATE_DEPTH, path)
        key_ref = secret.of or draft.blinded_by
        blind = blind_at(secret_of(key_ref), place, path)
        opening = Opening(path=path, value=secret.value, blind=blind)
        values.append(KeptValue(opening=opening, key_ref=key_ref))
        return private(commit(opening, place))

    envelope: dict[str, JsonValue] = {
        "v": 1,
        "log": draft.log,
        "kind": draft.kind,
        "key": draft.key,
        "prev": list(draft.prev),
        "scope": dump(draft.scope),
        "body": replace_secrets(dict(draft.body), "/body", hide),
    }
    if draft.at is not None:
        envelope["at"] = draft.at
    if draft.act is not None:
        envelope["act"] = dump(draft.act)
    raw = canonical.encode(envelope)
    check(raw)
    own = secret_of(draft.blinded_by)
    blind = blind_at(own, place, ID_PATH)
    return Composed(
        kind=draft.kind,
        key=draft.key,
        id=statement_id(blind, raw),
        raw=raw,
        blind=blind,
        by_blind=blind_at(own, place, BY_PATH),
        blinded_by=draft.blinded_by,
        values=tuple(sorted(values, key=lambda kept: kept.opening.path)),
    )


def replace_secrets(
    value: object, path: str, hide: Callable[[Secret, str], JsonValue]
) -> JsonValue:
    """A copy of a value in which every `Secret` became what `hide` makes of it."""
    match value:
        case Secret():
            return hide(value, path)
        case Record():
            return dump(value)
        case dict():
            return {
                key: replace_secrets(item, canonical.pointer(path, key), hide)
                for key, item in value.items()
                if item is not None
            }
        case list() | tuple():
            return [
                replace_secrets(item, f"{path}/{index}", hide)
                for index, item in enumerate(value)
            ]
        case str() | int():
            return value
        case _:
            raise MalformedRecordError(
                "a JSON value or a secret",
                met=type(value).__name__,
                advice="Give text, whole numbers, lists or objects.",
                where=path,
            )


def canonical_object(raw: bytes) -> dict[str, JsonValue]:
    """The object of canonical bytes.

    Raises:
        MalformedRecordError: the bytes are not canonical or not an object.
    """
    value = canonical.parse(raw)
    if not isinstance(value, dict):
        raise MalformedRecordError(
            "an object", met=type(value).__name__, advice="Write an object.", where="/"
        )
    return value


def read(raw: bytes) -> Statement:
    """Read an envelope; the kind may be unknown, its body is then opaque."""
    if len(raw) > MAX_STATEMENT:
        raise MalformedRecordError(
            f"at most {MAX_STATEMENT} bytes",
            met=f"{len(raw)} bytes",
            advice="Put long lists into a leaf blob.",
            where="/",
        )
    canonical_object(raw)
    return validate(Statement, raw)


def check(raw: bytes) -> Checked:
    """Check a statement's bytes: canonical form, envelope, kind and body.

    Raises:
        MalformedRecordError: with the JSON pointer of the field.
        UnknownKindError: this version does not know the kind.
    """
    # Most are what they should be; of the others the slower way tells what is wrong.
    return quickly_checked(raw) or thoroughly_checked(raw)


def quickly_checked(raw: bytes) -> Checked | None:
    """What `thoroughly_checked` gives; `None` if it refuses, or might."""
    form = form_of(kind_named_in(raw)) if len(raw) <= MAX_STATEMENT else None
    given = form.read(raw) if form else None
    return None if form is None or given is None else _OfForm(raw, form, given)


def thoroughly_checked(raw: bytes) -> Checked:
    """As `check`, by the models alone."""
    said = read(raw)
    rule = rule_for(said.kind)
    _check_envelope(said, rule)
    if said.act is not None and said.act.verb == "withdraw":
        if said.body:
            raise _unfit("/body", "an empty body, as a withdrawal says nothing else")
        return Checked(raw=raw, statement=said, body=None)
    body = validate(rule.body, canonical.encode_checked(said.body), "/body")
    misfit = rule.fits(said.scope, body)
    if misfit:
        raise _unfit(misfit, "what agrees with the scope and the other fields")
    return Checked(raw=raw, statement=said, body=body)


def _check_envelope(said: Statement, rule: KindRule) -> None:
    if (said.at is not None) != rule.timed:
        raise _unfit("/at", "a time" if rule.timed else "no time: machines derive it")
    if said.act is not None and not rule.acts:
        raise _unfit("/act", "no act: this kind stands for itself")
    given = frozenset(name for name, value in said.scope if value is not None)
    if not rule.scope <= given <= rule.scope | rule.may:
        wanted = ", ".join(sorted(rule.scope)) or "no members"
        if rule.may:
            wanted = f"no members but {', '.join(sorted(rule.may))}"
        raise _unfit("/scope", f"a scope of {wanted}")
    if len(set(said.prev)) != len(said.prev):
        raise _unfit("/prev", "each earlier statement once")


def _unfit(path: str, expected: str) -> MalformedRecordError:
    return MalformedRecordError(
        expected,
        met="something else",
        advice="See docs/specs/kinds.md for what each kind demands.",
        where=path,
    )
