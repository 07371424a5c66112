"""Whose word counts in a log: genesis, rotations, and the keys that a proof needs.

These statements go along with every proof, so that a reader who knows genesis follows
the log keys through all rotations, and the signers from the admission roots.

What a proof alone cannot show is that none was left out: a revocation, or the end of a
delegation. For that a reader needs all entries, as in a bundle.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import Checked, check
from ledger.errors import AlteredEvidenceError
from ledger.evidence.proofs.logged import LoggedStatement, OpenedStatement, open_logged
from ledger.evidence.trust import LogIdentity, TrustFile, check_identity
from ledger.evidence.verdict import Origin
from ledger.history.authority import DECIDING, ROTATION, Authority
from ledger.log.tree import leaf_hash
from ledger.ports import LogReader, StoredStatement
from ledger.records.authority import Delegation, Genesis, Key, Revocation
from ledger.records.statement import family

# An entry is canonical JSON, so its kind is spelled in one way; nothing is believed
# for being found here.
_DECIDING = re.compile(b'"kind":"(?:%s)[.][0-9]' % "|".join(sorted(DECIDING)).encode())


def deciding_statements(
    log: LogReader, entries: Sequence[bytes], signers: Collection[str] = ()
) -> Iterator[StoredStatement]:
    """Genesis, all rotations, and what decides about some keys, in the log's order.

    Args:
        log: the log.
        entries: all of them.
        signers: key ids; those of admission roots need nothing of their own.
    """
    taken: set[str] = set()
    for index, raw in enumerate(entries):
        if _DECIDING.search(raw) is None:
            continue
        for stored in log.statements(index, index + 1):
            said = check(stored.raw)
            act = said.statement.act
            about = _key_of(said) in signers or (act is not None and act.of in taken)
            if about or family(stored.kind) in ("genesis", ROTATION):
                taken.add(stored.id)
                yield stored


def open_authorities(
    statements: Sequence[LoggedStatement],
) -> tuple[str, list[tuple[int, Authority]]]:
    """The log's origin, and who may do what after each of these statements.

    Raises:
        LedgerError: they are not in order, or one was not stated by whom it must be.
    """
    if not statements or statements[0].index != 0:
        raise _altered("a proof that begins with the log's genesis, entry 0", "none")
    log = str(statements[0].statement.get("log"))
    authority = Authority()
    after: list[tuple[int, Authority]] = []
    for one in statements:
        if after and one.index <= after[-1][0]:
            raise _altered("statements in the order of their entries", "another order")
        opened = open_logged(one, log)
        if family(opened.entry.kind) not in DECIDING:
            raise _altered("statements about keys only", "another kind")
        authority = _advanced(authority, opened)
        after.append((one.index, authority))
    return log, after


def authority_before(after: Sequence[tuple[int, Authority]], index: int) -> Authority:
    """Who may do what just before an entry."""
    return [authority for at, authority in after if at < index][-1]


def origin_of(
    first: LoggedStatement, authority: Authority, log: str, trust: TrustFile | None
) -> Origin:
    """Whether the reader's trust file vouches for the log that a genesis founds.

    Raises:
        AlteredEvidenceError: the trust file lists the log with other keys.
    """
    if trust is None or trust.log != log:
        return Origin.UNKNOWN
    said = check_genesis(first)
    check_identity(
        trust,
        LogIdentity(
            log=log,
            log_key=authority.log_keys.periods[0][1],
            recovery_key=bytes.fromhex(said.recovery_key),
            genesis_leaf=leaf_hash(first.entry_raw()).hex(),
        ),
    )
    return Origin.KNOWN


def check_genesis(first: LoggedStatement) -> Genesis:
    """The genesis that a statement states.

    Raises:
        AlteredEvidenceError: it states something else.
    """
    body = open_logged(first, str(first.statement.get("log"))).said.body
    if not isinstance(body, Genesis):
        raise _altered("the log's genesis as entry 0", "another statement")
    return body


def _advanced(authority: Authority, opened: OpenedStatement) -> Authority:
    said = opened.said
    if opened.index == 0:
        if not isinstance(said.body, Genesis):
            raise _altered("the log's genesis as entry 0", "another statement")
        # Genesis names the key that signs it; that it is the right one only the
        # reader's trust file can say.
        founded = Authority().advance(opened.entry.id, said, 0)
        opened.signer(founded)
        return founded
    if isinstance(said.body, Genesis):
        raise _altered("one genesis, entry 0", "another one")
    opened.signer(authority)
    return authority.advance(opened.entry.id, said, opened.index)


def _key_of(said: Checked) -> str:
    match said.body:
        case Key(public_key=public_key):
            return key_id_of(bytes.fromhex(public_key))
        case Delegation(key_id=key_id) | Revocation(key_id=key_id):
            return key_id
        case _:
            return ""


def _altered(expected: str, met: str) -> AlteredEvidenceError:
    return AlteredEvidenceError(
        expected,
        met=met,
        advice="Do not rely on this proof; ask for it again from its source.",
        where="/keys",
    )
