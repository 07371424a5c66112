"""Collecting a bundle: what a question needs, out of log, vault, blobs and frames.

1. All entries and the newest checkpoint: without all, nobody sees what is left out.
2. Statements that the question touches, those without a shot, and whatever these
   name; a statement whose blinds were erased stays an entry and is listed as erased.
3. The sheets that list them, and the private fields that were asked for.
4. Blobs that the statements commit to, and sealed frames as files; not what was
   destroyed on purpose, as a disposition in force says.
5. The index over all parts, signed by an admission root.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import Entry, parse_entry
from ledger.encoding.models import dump
from ledger.encoding.sheet import sign_envelope
from ledger.errors import (
    AlteredEvidenceError,
    ForeignKeyError,
    MissingEvidenceError,
    UnknownReferenceError,
)
from ledger.evidence import form
from ledger.evidence.archive import Part, emit_archive
from ledger.evidence.companions import Companions
from ledger.evidence.disclosure import Disclosure, SealedFrame, spread
from ledger.evidence.heads import fold_entries
from ledger.evidence.output import write_output
from ledger.evidence.showing import opened_fields, shown_of
from ledger.log.leaves import read_leaves
from ledger.ports import BlobReader, LogReader, OpeningReader
from ledger.records.authority import Genesis, Rotation
from ledger.records.frames import SealedLeaf
from ledger.records.identity import as_origin, as_uid

FrameSource: TypeAlias = Callable[[str, SealedLeaf], bytes | None]
"""The file of a sealed frame, by the id of its seal.set; `None` if it is not there."""


def no_sidecars(_seal_set: str, _leaf: SealedLeaf) -> None:
    """Of a production whose frames all carry their manifests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a bundle's parts come from.

    Attributes:
        sidecars: manifests that lie beside their frames.
    """

    log: LogReader
    openings: OpeningReader
    blobs: BlobReader
    frames: FrameSource
    sidecars: FrameSource = no_sidecars


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a bundle is to show.

    Attributes:
        shots: uids; empty for the whole log.
        frames: `all`, `none` or `sample:N`.
        disclose: private fields to open, as (statement id, path).
    """

    shots: tuple[str, ...] = ()
    frames: str = "none"
    disclose: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A collected bundle.

    Attributes:
        parts: the index first.
        withheld: entries whose statements are not shown; `erased` are among them.
    """

    parts: tuple[Part, ...]
    size: int
    withheld: int
    erased: int

    def to_bytes(self) -> bytes:
        """The bundle as a file's bytes."""
        return b"".join(emit_archive(self.parts))


def collect(
    sources: Sources,
    request: Request,
    studio: Ed25519PrivateKey,
    companions: Companions | None = None,
) -> Bundle:
    """Collect what a question needs and sign it.

    Args:
        sources: the production.
        request: the question.
        studio: private key of an admission root of the log.
        companions: what else goes along, of checkpoints that the log has.

    Raises:
        UnknownReferenceError: a shot or statement that the log does not have.
        ErasedEvidenceError: a field that was asked for was erased.
        MissingEvidenceError, AlteredEvidenceError: the production is damaged.
        EvidenceError: too large for one bundle.
    """
    size = sources.log.size()
    raw_entries = sources.log.entries(0, size)
    entries = [parse_entry(raw) for raw in raw_entries]
    shots = _checked_shots(request.shots, entries)
    stored = {one.id: one for one in sources.log.statements(0, size)}
    asked = Disclosure(
        log=sources.log.origin,
        entries=entries,
        history=fold_entries(entries),
        shots=frozenset(shots),
    )
    shown = shown_of(sources.openings, asked, stored)
    _check_root(shown.disclosure, studio)
    sheets = {row.sheet: sources.log.sheet(row.sheet) for row in shown.rows}
    parts = (
        Part(form.CHECKPOINT, sources.log.checkpoint()),
        Part(form.ENTRIES, b"".join(raw + b"\n" for raw in raw_entries)),
        Part(form.STATEMENTS, form.print_rows(shown.rows)),
        Part(form.SHEETS, b"".join(sheets[one] + b"\n" for one in sorted(sheets))),
        Part(
            form.OPENINGS,
            form.print_rows(opened_fields(sources.openings, request.disclose, shown)),
        ),
        *(companions or Companions()).parts(),
        *_blobs(sources, shown.disclosure),
        *_media(sources, request, shown.disclosure),
    )
    about = form.BundleIndex(
        log=as_origin(sources.log.origin),
        size=size,
        shots=tuple(as_uid(shot) for shot in shots),
        frames=request.frames,
        erased=shown.erased,
        parts=(),
    )
    return Bundle(
        parts=(_index(parts, about, studio), *parts),
        size=size,
        withheld=size - len(shown.rows),
        erased=len(shown.erased),
    )


def write_bundle(path: Path, bundle: Bundle, *, overwrite: bool = False) -> None:
    """Write a bundle whole or not at all, readable by its owner alone.

    Raises:
        OutputExistsError: there is a file, and it is not to be replaced.
        StoreFullError, StoreUnavailableError: nothing was written.
    """
    write_output(path, emit_archive(bundle.parts), overwrite=overwrite)


def _checked_shots(shots: Sequence[str], entries: Sequence[Entry]) -> list[str]:
    known = {entry.scope.shot for entry in entries}
    for shot in shots:
        if shot not in known:
            raise UnknownReferenceError(
                "a shot that the log knows",
                met=shot,
                advice="Look up its uid in production.toml.",
                where="--shot",
            )
    return sorted(set(shots))


def _check_root(disclosure: Disclosure, studio: Ed25519PrivateKey) -> None:
    roots: tuple[str, ...] = ()
    for told in sorted(disclosure.told.values(), key=lambda told: told.index):
        match told.body:
            case Genesis(admission_roots=named) | Rotation(admission_roots=named):
                roots = named
            case _:
                continue
    if studio.public_key().public_bytes_raw().hex() not in roots:
        raise ForeignKeyError(
            "an admission root in force to sign the bundle with",
            met="another key",
            advice="Restore the keys folder that belongs to this production.",
        )


def _blobs(sources: Sources, disclosure: Disclosure) -> list[Part]:
    return [
        Part(form.blob_name(digest), sources.blobs.read(digest))
        for digest in disclosure.blobs()
    ]


def _media(sources: Sources, request: Request, disclosure: Disclosure) -> list[Part]:
    leaves: dict[SealedFrame, SealedLeaf] = {}
    disposed = disclosure.disposed()
    for told, body in disclosure.seals():
        if body.sealed.blob in disposed:
            continue
        raw = sources.blobs.read(body.sealed.blob)
        for leaf in read_leaves(SealedLeaf, raw, body.sealed):
            if leaf.file not in disposed:
                leaves[told.id, leaf.frame] = leaf
    # Sorted here by name; which frames are taken follows the order of the log.
    chosen = sorted(spread(request.frames, list(leaves)))
    return [part for one in chosen for part in _frame_parts(sources, one, leaves[one])]


def _frame_parts(
    sources: Sources, one: SealedFrame, leaf: SealedLeaf
) -> Iterator[Part]:
    """The frame's file, and its manifest if that is another one."""
    seal, _ = one
    yield _sealed_part(one, sources.frames(seal, leaf), leaf.file)
    if leaf.sidecar:
        yield _sealed_part(one, sources.sidecars(seal, leaf), leaf.manifest)


def _sealed_part(one: SealedFrame, content: bytes | None, digest: str) -> Part:
    seal, frame = one
    if content is None:
        raise MissingEvidenceError(
            "the files of a sealed frame",
            met="no such file",
            advice="Restore the output folder, or take --frames none and let the "
            "reader verify with --media.",
            frame=frame,
        )
    if sha256_hex(content) != digest:
        raise AlteredEvidenceError(
            "the file of a sealed frame, unchanged",
            met="other bytes",
            advice="Restore the file from a copy; what was changed proves nothing.",
            frame=frame,
        )
    return Part(form.media_name(seal, frame, content), content)


def _index(
    parts: Sequence[Part], about: form.BundleIndex, studio: Ed25519PrivateKey
) -> Part:
    payload = canonical.encode(dump(form.index_of(parts, about)))
    return Part(form.INDEX, sign_envelope(form.INDEX_TYPE, payload, studio))
