"""A log with its keys, in memory, that takes in whatever it is told.

Keys follow from a seed, so that every run writes the same bytes. Nothing is refused:
tests also need logs that an honest admission would never write.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict, Unpack

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import Place, machine_key
from ledger.encoding.digest import sha256, sha256_hex
from ledger.encoding.entry import Entry, by_commitment, encode_entry, project
from ledger.encoding.models import dump
from ledger.encoding.sheet import Sheet, key_id_of, sign_sheet
from ledger.encoding.statement import Composed, Draft, Secret, compose, read
from ledger.evidence.bundle import Bundle, Request, Sources, collect
from ledger.evidence.companions import Companions
from ledger.evidence.trust import TrustFile, trust_for
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.tree import leaf_hash, root_of
from ledger.ports import StoredStatement
from ledger.records.authority import Genesis, Key
from ledger.records.identity import (
    as_digest,
    as_key_id,
    as_origin,
    as_statement_id,
    as_uid,
    instant_from,
)
from ledger.records.statement import Act, Record, Scope, Verb
from tests.simulators.shelves import BlobShelf, ListedLog, OpenVault

ORIGIN = "jangbu.invalid/5111a11570d10000"
START = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
STUDIO_PARTY = "57" * 16
GRANTS = ("asset", "generation", "run", "frame.set", "seal.set", "version")
ACTS = ("state", "supersede", "correct", "withdraw")


class More(TypedDict, total=False):
    """Optional members of a statement."""

    scope: Mapping[str, Any]
    prev: Sequence[str]
    act: tuple[Verb, str]
    at: str


class StatedLog:
    """One log, founded and with a key for machines."""

    def __init__(self, *, seed: str = "small studio", origin: str = ORIGIN) -> None:
        self.seed = seed
        self.origin = as_origin(origin)
        self.log = ListedLog(origin)
        self.vault = OpenVault()
        self.shelf = BlobShelf()
        self.files: dict[tuple[str, int], bytes] = {}
        self.sidecars: dict[tuple[str, int], bytes] = {}
        self.roots: tuple[str, ...] = ()
        self.now = START
        # What a dishonest studio signs and stores instead.
        self.on_sheet: Callable[[Sheet], Sheet] = lambda sheet: sheet
        self.on_entry: Callable[[Entry], Entry] = lambda entry: entry
        self.keys: dict[str, Ed25519PrivateKey] = {}
        for name in ("log", "studio", "pipeline", "recovery"):
            self.make_key(name)
        self.genesis = Genesis(
            studio=as_uid(STUDIO_PARTY),
            log_key=as_digest(self.public("log").hex()),
            recovery_key=as_digest(self.public("recovery").hex()),
            admission_roots=(as_digest(self.public("studio").hex()),),
        )
        self.state("genesis.1", self.genesis, by="studio")
        self.pipeline_key, self.delegation = self.delegate("pipeline", STUDIO_PARTY)

    def make_key(self, name: str) -> None:
        self.keys[name] = Ed25519PrivateKey.from_private_bytes(self.bytes_of(name))

    def delegate(
        self,
        name: str,
        party: str,
        verbs: Sequence[str] = ACTS,
        kinds: Sequence[str] = GRANTS,
    ) -> tuple[Composed, Composed]:
        """State a key and delegate the making of frames to it, or something else."""
        public_key = self.public(name)
        key = Key(public_key=as_digest(public_key.hex()))
        grants = [{"kind": kind, "verbs": list(verbs)} for kind in kinds]
        body = {
            "key_id": key_id_of(public_key),
            "party": Secret(party),
            "grants": grants,
        }
        return (
            self.state("key.1", key, by="studio"),
            self.state("delegation.1", body, by="studio"),
        )

    def bytes_of(self, name: str) -> bytes:
        return sha256(self.seed.encode(), b"/", name.encode())

    def public(self, name: str) -> bytes:
        return self.keys[name].public_key().public_bytes_raw()

    def compose(
        self,
        kind: str,
        body: Record | Mapping[str, Any],
        **more: Unpack[More],
    ) -> Composed:
        act = more.get("act")
        natural: JsonValue = len(self.log.raw_entries)
        blinding = self.bytes_of("blind")
        return compose(
            Draft(
                log=self.origin,
                kind=kind,
                key=machine_key(blinding, self.origin, kind, natural),
                body=dump(body) if isinstance(body, Record) else body,
                at=more.get("at"),
                prev=tuple(more.get("prev", ())),
                act=Act(verb=act[0], of=as_statement_id(act[1])) if act else None,
                scope=Scope.model_validate(dict(more.get("scope", {}))),
            ),
            lambda _: blinding,
        )

    def admit(self, composed: Composed, *, by: str = "pipeline") -> Composed:
        """Sign, append and checkpoint; refuses nothing."""
        self.now += timedelta(seconds=1)
        at = instant_from(self.now)
        key = self.keys[by]
        sheet = Sheet(
            log=self.origin,
            org=as_uid(STUDIO_PARTY),
            key_id=as_key_id(key_id_of(self.public(by))),
            signed_at=at,
            ids=(as_statement_id(composed.id),),
        )
        envelope = sign_sheet(self.on_sheet(sheet), key)
        digest = sha256_hex(envelope)
        said = read(composed.raw)
        place = Place(log=said.log, kind=said.kind, key=said.key)
        entry = project(
            said,
            statement_id=composed.id,
            by=by_commitment(digest, composed.by_blind, place),
            at=at,
        )
        self.log.stored.append(
            StoredStatement(
                index=self.log.size(),
                id=composed.id,
                kind=composed.kind,
                key=composed.key,
                raw=composed.raw,
                sheet=digest,
            )
        )
        self.log.raw_entries.append(encode_entry(self.on_entry(entry)))
        self.log.sheets[digest] = envelope
        self.vault.composed[composed.id] = composed
        self.sign()
        return composed

    def state(
        self,
        kind: str,
        body: Record | Mapping[str, Any],
        *,
        by: str,
        **more: Unpack[More],
    ) -> Composed:
        return self.admit(self.compose(kind, body, **more), by=by)

    def sign(self) -> None:
        """Sign a checkpoint over all entries."""
        hashes = [leaf_hash(raw) for raw in self.log.raw_entries]
        checkpoint = Checkpoint(
            origin=self.origin, size=len(hashes), root=root_of(hashes)
        )
        self.log.note = sign_checkpoint(checkpoint, self.keys["log"])

    # --- looking back ---------------------------------------------------------------

    def body_of(self, composed: Composed) -> dict[str, Any]:
        return read(composed.raw).body

    def scope_of(self, composed: Composed) -> dict[str, Any]:
        return dump(read(composed.raw).scope)

    # --- for others -----------------------------------------------------------------

    def trust(self) -> TrustFile:
        first = leaf_hash(self.log.raw_entries[0])
        return trust_for(self.origin, self.genesis, first, self.roots)

    def sources(self) -> Sources:
        return Sources(
            log=self.log,
            openings=self.vault,
            blobs=self.shelf,
            frames=lambda seal, leaf: self.files.get((seal, leaf.frame)),
            sidecars=lambda seal, leaf: self.sidecars.get((seal, leaf.frame)),
        )

    def bundle(
        self, request: Request | None = None, companions: Companions | None = None
    ) -> Bundle:
        wanted = request or Request(frames="all")
        return collect(self.sources(), wanted, self.keys["studio"], companions)
