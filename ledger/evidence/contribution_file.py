"""Statements that a person signs on a device of their own: two files, no network.

A request holds what is to be stated, with every private value opened, what it relies
on, and the names that the production has for uids. The signed file holds the request,
the sheet, and a second signature over both: that this is what the signer was shown.
docs/specs/contribution-file.md is the specification.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import Opening, check_opening, statement_id
from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import dump, parse_model
from ledger.encoding.sheet import (
    Sheet,
    key_id_of,
    open_sheet,
    parse_envelope,
    sign_envelope,
    sign_sheet,
    verify_envelope,
)
from ledger.encoding.statement import Checked, check
from ledger.errors import AlteredEvidenceError, ForeignKeyError, UnreadableInputError
from ledger.evidence.contribution_form import (
    Request,
    Shown,
    SignedRequest,
    Told,
    private_paths,
    stated_leaves,
)
from ledger.history.naming import named_by
from ledger.ports import Submission
from ledger.records.identity import as_key_id, as_statement_id, instant_from
from ledger.records.statement import family

LARGEST: Final = 256 << 20
SHOWN_TYPE: Final = "application/vnd.jangbu.shown.1+json"
SIGNABLE: Final = frozenset(
    {"contribution", "countersignature", "engagement", "generation", "opinion"}
)
"""Families that a person states this way: what can be told to a person in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedStatement:
    """A statement that is what its openings say.

    Attributes:
        values: private values by path, all of them if it is to be signed.
        leaves: rows of its blob, if it came along.
    """

    id: str
    said: Checked
    blind: bytes
    by_blind: bytes | None
    openings: tuple[Opening, ...]
    leaves: tuple[dict[str, Any], ...] = ()

    @property
    def values(self) -> Mapping[str, JsonValue]:
        """What its private fields hold."""
        return {one.path: one.value for one in self.openings}

    def submission(self) -> Submission:
        """As it is submitted."""
        if self.by_blind is None:
            raise _altered("b(/by) of what is to be signed", "none", "/by_blind")
        return Submission(raw=self.said.raw, blind=self.blind, by_blind=self.by_blind)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRequest:
    """A request whose parts belong together; who made it is not known.

    Attributes:
        statements: to be signed, in order.
        relied_on: by id.
    """

    request: Request
    raw: bytes
    statements: tuple[OpenedStatement, ...]
    relied_on: Mapping[str, OpenedStatement]

    @property
    def key_id(self) -> str:
        """The key that is to sign, or signed."""
        return key_id_of(bytes.fromhex(self.request.public_key))

    def signed(self, key: Ed25519PrivateKey, at: datetime) -> SignedRequest:
        """The request with the signatures of a key.

        Raises:
            ForeignKeyError: it is another key than the request names.
        """
        if key.public_key().public_bytes_raw().hex() != self.request.public_key:
            raise ForeignKeyError(
                f"the key that the request names, {self.key_id}",
                met="another key",
                advice="Sign with the key that you made for this production, or have "
                "the request prepared again.",
            )
        sheet = sign_sheet(
            Sheet(
                log=self.request.log,
                org=self.request.org,
                key_id=as_key_id(self.key_id),
                signed_at=instant_from(at),
                ids=tuple(as_statement_id(one.id) for one in self.statements),
            ),
            key,
        )
        shown = Shown(request=sha256_hex(self.raw), sheet=sha256_hex(sheet))
        envelope = sign_envelope(SHOWN_TYPE, canonical.encode(dump(shown)), key)
        return SignedRequest.model_validate(
            {
                "request": self.request,
                "sheet": canonical.parse(sheet),
                "shown": canonical.parse(envelope),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSigned:
    """A signed file whose signatures hold under the key that it names itself."""

    opened: OpenedRequest
    sheet: bytes
    signed: Sheet


def read_request(raw: bytes) -> OpenedRequest:
    """Read a request and check that everything in it opens.

    Raises:
        UnreadableInputError: it is no request.
        AlteredEvidenceError, MalformedRecordError, UnknownKindError: it was changed,
            or asks for something that cannot be shown.
    """
    _refuse_other(raw, "jangbu/contribution/1")
    return open_request(parse_model(Request, raw))


def read_signed(raw: bytes) -> OpenedSigned:
    """Read a signed file and verify its signatures.

    1. Everything in the request opens, as for `read_request`.
    2. The sheet is signed by the key that the request names, for this log, and lists
       these statements and no others: words put in somebody's mouth.
    3. The same key signed what was shown: names or values changed afterwards.

    Raises:
        UnreadableInputError: it is no signed file.
        AlteredEvidenceError, SheetSignatureError, RecordError: it was changed.
    """
    _refuse_other(raw, "jangbu/contribution-signed/1")
    form = parse_model(SignedRequest, raw)
    opened = open_request(form.request)
    public_key = bytes.fromhex(form.request.public_key)
    sheet = canonical.encode(form.sheet)
    signed = open_sheet(sheet, public_key)
    stated = (form.request.log, form.request.org, [one.id for one in opened.statements])
    if stated != (signed.log, signed.org, list(signed.ids)):
        raise _altered("a sheet over these statements", "another sheet", "/sheet")
    envelope = parse_envelope(canonical.encode(form.shown))
    shown = parse_model(Shown, verify_envelope(envelope, SHOWN_TYPE, public_key))
    if (shown.request, shown.sheet) != (sha256_hex(opened.raw), sha256_hex(sheet)):
        raise _altered("what the signer was shown", "other words or values", "/shown")
    return OpenedSigned(opened=opened, sheet=sheet, signed=signed)


def open_request(request: Request) -> OpenedRequest:
    """Check that the parts of a request belong together; errors as `read_request`."""
    relied_on = {
        one.id: one
        for one in (
            _opened(told, request.log, f"/relied_on/{place}")
            for place, told in enumerate(request.relied_on)
        )
    }
    statements = []
    known = set(relied_on)
    for place, told in enumerate(request.statements):
        where = f"/statements/{place}"
        one = _opened(told, request.log, where)
        _check_showable(one, known, where)
        known.add(one.id)
        statements.append(one)
    return OpenedRequest(
        request=request,
        raw=request.to_bytes(),
        statements=tuple(statements),
        relied_on=relied_on,
    )


def _opened(told: Told, log: str, where: str) -> OpenedStatement:
    said = check(canonical.encode(told.statement))
    if said.statement.log != log:
        raise _altered("statements for one log", "one for another", f"{where}/log")
    openings = tuple(one.opening() for one in told.openings)
    committed = _commitments(said)
    for opening in openings:
        if opening.path not in committed:
            raise _altered("openings of private fields", "another path", where)
        check_opening(opening, said.place, committed[opening.path])
    if [one.path for one in openings] != sorted({one.path for one in openings}):
        raise _altered("each opening once, sorted by path", "another order", where)
    blind = bytes.fromhex(told.blind)
    return OpenedStatement(
        id=statement_id(blind, said.raw),
        said=said,
        blind=blind,
        by_blind=None if told.by_blind is None else bytes.fromhex(told.by_blind),
        openings=openings,
        leaves=_leaves(told, said, where),
    )


def _commitments(said: Checked) -> dict[str, str]:
    body = said.json["body"]
    found = {}
    for path in private_paths(body):
        value: Any = body
        for step in path.split("/")[2:]:
            value = value[int(step)] if isinstance(value, list) else value[step]
        found[path] = value["#"]
    return found


def _leaves(told: Told, said: Checked, where: str) -> tuple[dict[str, Any], ...]:
    if told.leaves is None:
        return ()
    stated = stated_leaves(said)
    raw = told.leaves.encode()
    if stated is None or sha256_hex(raw) != stated.blob:
        raise _altered("the leaves that a statement commits to", "others", where)
    rows = [canonical.parse(row) for row in raw.splitlines()]
    return tuple(row for row in rows if isinstance(row, dict))


def _check_showable(one: OpenedStatement, known: set[str], where: str) -> None:
    """Refuse to have signed what the signer cannot be shown."""
    if family(one.said.kind) not in SIGNABLE:
        raise _altered("kinds that people state", one.said.kind, f"{where}/kind")
    one.submission()
    hidden = set(_commitments(one.said)) - set(one.values)
    if hidden:
        raise _altered("every private field opened", "one without value", min(hidden))
    if stated_leaves(one.said) is not None and not one.leaves:
        raise _altered("the frames that were seen", "none of them", f"{where}/leaves")
    for earlier in named_by(one.said.statement, one.said.body):
        if earlier not in known:
            raise _altered(
                "everything that a statement relies on", "something left out", where
            )


def _refuse_other(raw: bytes, form: str) -> None:
    """Refuse bytes that do not claim to be this form: they are no evidence at all."""
    if b'"form":"%s"' % form.encode() not in raw:
        signed = form.endswith("-signed/1")
        raise UnreadableInputError(
            f"a file that jangbu contribute {'sign' if signed else 'prepare'} wrote",
            met="another file",
            advice="Give the file unchanged, as it was written.",
        )


def _altered(expected: str, met: str, where: str) -> AlteredEvidenceError:
    return AlteredEvidenceError(
        expected,
        met=met,
        advice="Do not sign or rely on this file; have it prepared again.",
        where=where,
    )
