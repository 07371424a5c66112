"""What a signed file shows: who signed which statements, as far as the reader can tell.

The file names its key itself, so a signature alone shows that *some* key signed. Whose
key it is says the reader's own copy of the public half, or the log: a trust file and
the file's proof that the log lets this key state these kinds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.encoding.canonical import JsonValue
from ledger.errors import AlteredEvidenceError, JangbuError, UnreadableInputError
from ledger.evidence.contribution_file import OpenedSigned, read_signed
from ledger.evidence.proofs.forms import Proof
from ledger.evidence.proofs.opening import Known, open_proof
from ledger.evidence.trust import TrustFile
from ledger.evidence.verdict import Origin
from ledger.records.people import Countersignature
from ledger.records.statement import family

FORM: Final = "jangbu/contribution-signed/1"
EXIT_CODES: Final[Mapping[str, int]] = {
    "verified": 0,
    "origin_unknown": 3,
    "failed": 5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedVerdict:
    """The answer.

    Attributes:
        state: `verified`, `origin_unknown` or `failed`.
        by: what vouches for the key: `key`, `log`, both, or nothing.
        failure: why it failed; `None` if it did not.
        signed: what was signed; `None` if that could not be read.
    """

    state: str
    by: tuple[str, ...] = ()
    failure: JangbuError | None = None
    signed: OpenedSigned | None = None

    @property
    def exit_code(self) -> int:
        """What the command returns."""
        return EXIT_CODES[self.state]

    def to_json(self) -> dict[str, JsonValue]:
        """The verdict as one document, without names and values."""
        found: dict[str, JsonValue] = {
            "v": 1,
            "state": self.state,
            "exit_code": self.exit_code,
            "by": list(self.by),
        }
        if self.failure is not None:
            found["error"] = dict[str, JsonValue](self.failure.public())
        if self.signed is not None:
            found |= _signed_json(self.signed)
        return found


def verify_signed(
    raw: bytes, key: str | None, trust: TrustFile | None
) -> SignedVerdict:
    """Say who signed what.

    Args:
        raw: the file.
        key: public key of the signer that the reader knows, 64 hex digits.
        trust: of the log.

    Raises:
        UnreadableInputError: it is no signed file at all.
    """
    try:
        signed = read_signed(raw)
    except UnreadableInputError:
        raise
    except JangbuError as error:
        return SignedVerdict(state="failed", failure=error)
    by: list[str] = []
    try:
        if key is not None:
            _check_key(signed, key)
            by.append("key")
        if trust is not None and _in_log(signed, trust):
            by.append("log")
    except JangbuError as error:
        return SignedVerdict(state="failed", failure=error, signed=signed)
    state = "verified" if by else "origin_unknown"
    return SignedVerdict(state=state, by=tuple(by), signed=signed)


def countersigned_in(signed: OpenedSigned) -> tuple[str, ...]:
    """Ids of the statements that a file confirms with a countersignature."""
    found: list[str] = []
    for one in signed.opened.statements:
        if isinstance(one.said.body, Countersignature):
            found += one.said.body.of
    return tuple(dict.fromkeys(found))


def _check_key(signed: OpenedSigned, key: str) -> None:
    if key != signed.opened.request.public_key:
        raise AlteredEvidenceError(
            "a file signed by the key that was given",
            met=f"one signed by key {signed.opened.key_id}",
            advice="Ask the signer for the public key again, by another way.",
        )


def _in_log(signed: OpenedSigned, trust: TrustFile) -> bool:
    """Whether the log that the reader trusts lets the key state all of this.

    Raises:
        LedgerError: the proof does not hold, or shows no such right.
    """
    standing: Proof | None = signed.opened.request.standing
    if standing is None or trust.log != signed.opened.request.log:
        return False
    opened = open_proof(standing, FORM, Known(trust=trust))
    if opened.verdict.origin is not Origin.KNOWN:
        return False
    for one in signed.opened.statements:
        act = one.said.statement.act
        verb = None if act is None else act.verb
        opened.last.require(signed.opened.key_id, one.said.kind, verb)
    return True


def _signed_json(signed: OpenedSigned) -> dict[str, JsonValue]:
    kinds: dict[str, JsonValue] = {}
    for one in signed.opened.statements:
        named = family(one.said.kind)
        before = kinds.get(named, 0)
        kinds[named] = (before if isinstance(before, int) else 0) + 1
    return {
        "log": signed.opened.request.log,
        "key_id": signed.opened.key_id,
        "public_key": signed.opened.request.public_key,
        "signed_at": signed.signed.signed_at,
        "kinds": kinds,
        "ids": [one.id for one in signed.opened.statements],
        "countersigns": list(countersigned_in(signed)),
    }
