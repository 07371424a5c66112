"""A production on disk with a real database, vault and blobs, and what a forger needs.

Keys follow from a seed. Founded by its own statements, with three signers: `studio`
(an admission root), `pipeline` (speaks for the studio) and `vendor` (another party).
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.digest import sha256, sha256_hex
from ledger.encoding.entry import parse_entry
from ledger.encoding.sheet import Sheet, key_id_of, sign_sheet
from ledger.encoding.statement import Composed, Draft, KeyRef, Secret, compose
from ledger.errors import ConflictingRecordError, ErasedEvidenceError
from ledger.evidence.fsck.check import Holdings, fsck
from ledger.evidence.fsck.report import Report
from ledger.files import make_private_folder
from ledger.history.current import History, fold
from ledger.log.leaves import encode_leaves
from ledger.log.note import Verifier
from ledger.ports import Port, Receipt, Refusal, Submission
from ledger.records.identity import (
    as_digest,
    as_key_id,
    as_origin,
    as_statement_id,
    as_token,
    as_uid,
    instant_from,
)
from ledger.records.making import AssetLeaf
from ledger.records.statement import Act, Scope, Verb
from ledger.store.blobs import BlobFolder
from ledger.store.migrate import upgrade
from ledger.store.port import LocalPort
from ledger.store.published import PublishedLog
from ledger.store.sqlite import open_engine
from ledger.store.state import head_of
from ledger.store.tables import FROZEN
from ledger.store.triggers import append_only_triggers
from ledger.vault.vault import Vault

ORIGIN: Final = as_origin("jangbu.invalid/1ed6e70000000000")
STUDIO: Final = as_uid("57" * 16)
VENDOR: Final = as_uid("7e" * 16)
PERSON: Final = as_uid("9e" * 16)
START: Final = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SIGNERS: Final = {"pipeline": STUDIO, "vendor": VENDOR}
EVERY_VERB: Final = ("state", "supersede", "correct", "withdraw", "dispute")
GRANTED: Final = ("element", "shot", "asset", "generation", "frame.set")

GROWN: Final = 9
"""Entries of a founded log and four more."""

Answer = Receipt | Refusal


class More(TypedDict, total=False):
    """Optional members of a statement."""

    key: str
    scope: Mapping[str, Any]
    prev: Sequence[str]
    act: tuple[Verb, str]
    at: str
    blinded_by: KeyRef


@dataclass
class SettableClock:
    """Tells the time that it was set to; implements `ledger.ports.Clock`."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class LedgerStudio:
    """The folder of one production, opened."""

    root: Path
    seed: str = "ledger studio"
    origin: str = ORIGIN
    clock: SettableClock = field(default_factory=SettableClock)
    destroyed: set[KeyRef] = field(default_factory=set)
    recovery: bytes = b""

    def __post_init__(self) -> None:
        make_private_folder(self.root)
        upgrade(self.database)
        self.vault = Vault.create(self.root / "vault.sqlite", self.secret_of)
        self.blobs = BlobFolder(self.root / "blobs")
        self.published = PublishedLog(self.root / "log")
        self.port = LocalPort(
            engine=open_engine(self.database),
            studio=STUDIO,
            log=self.origin,
            log_key_for=self.log_key_for,
            party_of=self.party_of,
            clock=self.clock,
            blobs=self.blobs,
            published=self.published,
        )

    @property
    def database(self) -> Path:
        return self.root / "ledger.sqlite"

    # --- keys --------------------------------------------------------------------

    def signer(self, name: str) -> Ed25519PrivateKey:
        seed = sha256(self.seed.encode(), b"/", name.encode())
        return Ed25519PrivateKey.from_private_bytes(seed)

    def public(self, name: str) -> bytes:
        return self.signer(name).public_key().public_bytes_raw()

    def log_key_for(self, public_key: str) -> Ed25519PrivateKey | None:
        held = self.signer("log")
        return held if self.public("log").hex() == public_key else None

    def secret_of(self, reference: KeyRef) -> bytes:
        if reference in self.destroyed:
            raise ErasedEvidenceError("a key", met="none", advice="It was destroyed.")
        return sha256(self.seed.encode(), b"/blind/", reference.encode())

    def party_of(self, delegation: str) -> str | None:
        return str(self.vault.open(delegation, "/body/party").value)

    # --- stating -----------------------------------------------------------------

    def found(self) -> None:
        """State the genesis, and a key with a delegation for each signer."""
        self.state(self.genesis())
        for name, party in SIGNERS.items():
            self.delegate(name, party)

    def genesis(self, *, key: str = "60" * 16, **other: object) -> Composed:
        body = {
            "studio": STUDIO,
            "log_key": self.public("log").hex(),
            "recovery_key": self.public("recovery").hex(),
            "admission_roots": [self.public("studio").hex()],
            "canonical": "rfc8785-restricted/1",
            "hashing": "rfc6962-sha256/1",
            "commitment": "hmac-sha256/1",
            "cell_size": 32,
            "title": Secret("장부"),
        }
        return self.compose("genesis.1", {**body, **other}, key=key)

    def delegate(
        self,
        name: str,
        party: str,
        kinds: Sequence[str] = GRANTED,
        verbs: Sequence[str] = EVERY_VERB,
    ) -> None:
        key_id = key_id_of(self.public(name))
        grants = [{"kind": kind, "verbs": list(verbs)} for kind in kinds]
        body = {"key_id": key_id, "party": Secret(party), "grants": grants}
        own = {"public_key": self.public(name).hex(), "algorithm": "ed25519"}
        self.state(self.compose("key.1", own, key=key_id))
        self.state(self.compose("delegation.1", body, key=key_id))

    def compose(
        self, kind: str, body: Mapping[str, Any], **more: Unpack[More]
    ) -> Composed:
        """Compose a statement and keep its values."""
        composed = self.composed(kind, body, **more)
        # Of rival statements under one key the vault keeps the first.
        with suppress(ConflictingRecordError):
            self.vault.keep(composed)
        return composed

    def composed(
        self, kind: str, body: Mapping[str, Any], **more: Unpack[More]
    ) -> Composed:
        """Compose a statement and keep nothing."""
        act = more.get("act")
        return compose(
            Draft(
                log=self.origin,
                kind=kind,
                key=more["key"],
                body=body,
                at=more.get("at"),
                prev=tuple(more.get("prev", ())),
                act=Act(verb=act[0], of=as_statement_id(act[1])) if act else None,
                scope=Scope.model_validate(dict(more.get("scope", {}))),
                blinded_by=more.get("blinded_by", "studio"),
            ),
            self.secret_of,
        )

    def element(
        self, number: int, name: str = "괴물", **more: Unpack[More]
    ) -> Composed:
        """The statement of an element: the smallest that has a private value."""
        uid = as_uid(f"{number:032x}")
        given: More = {"key": uid, "scope": {"element": uid}, **more}
        act = given.get("act")
        body = {} if act and act[0] == "withdraw" else {"name": Secret(name)}
        return self.compose("element.1", body, **given)

    def elements(self, numbers: Iterable[int]) -> list[Composed]:
        """Many elements, kept at once."""
        many = [
            self.composed(
                "element.1",
                {"name": Secret(f"괴물 {number}")},
                key=as_uid(f"{number:032x}"),
                scope={"element": as_uid(f"{number:032x}")},
            )
            for number in numbers
        ]
        self.vault.keep(*many)
        return many

    def act(self, number: int, verb: Verb, of: str) -> Composed:
        """An element's statement that does something to another one's."""
        return self.element(number, act=(verb, of))

    def asset(self, number: int) -> Composed:
        """The statement of an asset of one file, with what the file declares."""
        key = f"a55e{number:028x}"
        leaf = AssetLeaf(
            index=0,
            file=as_digest(sha256_hex(bytes([number]))),
            size=1,
            type=as_token("image/png"),
            width=1,
            height=1,
        )
        blob = encode_leaves([leaf])
        self.blobs.put(blob.raw)
        return self.compose("asset.1", {"files": blob.stated}, key=key)

    def sheet(
        self, ids: Sequence[str], by: str = "studio", log: str | None = None
    ) -> bytes:
        return sign_sheet(
            Sheet(
                log=as_origin(log or self.origin),
                org=STUDIO,
                key_id=as_key_id(key_id_of(self.public(by))),
                signed_at=instant_from(self.clock.now()),
                ids=tuple(map(as_statement_id, ids)),
            ),
            self.signer(by),
        )

    def submit(
        self, *composed: Composed, by: str = "studio", port: Port | None = None
    ) -> list[Answer]:
        """Sign and submit; one answer for each."""
        sheet = self.sheet([one.id for one in composed], by)
        statements = [submission_of(one) for one in composed]
        return (port or self.port).submit(sheet, statements)

    def state(self, *composed: Composed, by: str = "studio") -> list[Receipt]:
        """Submit what must be accepted."""
        self.clock.forward(1)
        answers = self.submit(*composed, by=by)
        for answer in answers:
            assert isinstance(answer, Receipt), answer
        return [answer for answer in answers if isinstance(answer, Receipt)]

    def refusal(self, composed: Composed, by: str = "studio") -> str:
        """Submit what must be refused, and leave nothing behind; the error's code."""
        before = self.rows()
        (answer,) = self.submit(composed, by=by)
        assert isinstance(answer, Refusal), answer
        assert self.rows() == before
        return answer.error.code

    def delegation_of(self, name: str) -> str:
        """Id of the first delegation of a signer's key."""
        found = self.port.reader().find("delegation.1", key_id_of(self.public(name)))
        assert found is not None
        return found.id

    def history(self) -> History:
        """What is current."""
        raw = self.port.reader().entries(0, self.rows()["entry"])
        return fold(head_of(index, parse_entry(one)) for index, one in enumerate(raw))

    # --- looking -----------------------------------------------------------------

    def check(self) -> Report:
        """What fsck says."""
        return fsck(self.holdings())

    def holdings(self) -> Holdings:
        return Holdings(
            database=self.database,
            studio=STUDIO,
            log=self.origin,
            verifiers=[Verifier.of(self.origin, self.signer("log"))],
            published=PublishedLog(self.root / "log"),
            blobs=self.blobs,
            openings=self.vault,
            recovery=self.recovery,
        )

    def found_by_fsck(self) -> set[tuple[str, int | None]]:
        """Code and index of everything that fsck names."""
        return {(one.code.value, one.index) for one in self.check().findings}

    def rows(self) -> dict[str, int]:
        """Rows in each table."""
        with closing(sqlite3.connect(self.database)) as connection:
            return {
                table: len(connection.execute(f"SELECT 1 FROM {table}").fetchall())  # noqa: S608
                for table in FROZEN
            }

    # --- forging -----------------------------------------------------------------

    @contextmanager
    def foreign(self, *, triggers: bool = False) -> Iterator[sqlite3.Connection]:
        """Somebody's own connection; without triggers they are put back at the end."""
        with closing(sqlite3.connect(self.database)) as connection:
            if not triggers:
                for name in append_only_triggers():
                    connection.execute(f"DROP TRIGGER IF EXISTS {name}")
            yield connection
            if not triggers:
                for sql in append_only_triggers().values():
                    connection.execute(sql)
            connection.commit()


def submission_of(composed: Composed) -> Submission:
    return Submission(
        raw=composed.raw, blind=composed.blind, by_blind=composed.by_blind
    )
