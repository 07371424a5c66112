"""What statements point to: leaf blobs, tile tables, and values in the vault."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledger.encoding import canonical
from ledger.encoding.commitment import check_opening, is_private
from ledger.encoding.statement import Checked, canonical_object
from ledger.errors import (
    AlteredEvidenceError,
    ErasedEvidenceError,
    MissingEvidenceError,
    RecordError,
)
from ledger.evidence.fsck.dispositions import Dispositions
from ledger.evidence.fsck.erasures import Erasures
from ledger.evidence.fsck.report import Damage, Notebook
from ledger.evidence.fsck.statements import Known
from ledger.log.leaves import read_leaves
from ledger.ports import BlobReader, OpeningReader
from ledger.records.editing import Change, ChangeLeaf, Cut, CutLeaf
from ledger.records.frames import FrameSet, MeasuredLeaf, SealedLeaf, SealSet
from ledger.records.making import Asset, AssetLeaf
from ledger.records.people import Opinion, SeenLeaf
from ledger.records.statement import Blob, Leaf, Leaves


@dataclass(frozen=True, slots=True)
class Committed:
    """A private field: where it stands, and what was committed."""

    path: str
    commitment: str


@dataclass(frozen=True, slots=True)
class MaterialCheck:
    """Checks what one statement after another points to."""

    blobs: BlobReader
    openings: OpeningReader
    erasures: Erasures
    dispositions: Dispositions
    book: Notebook

    def check(self, known: Known) -> None:
        """Look at the blobs and values of a statement."""
        self.dispositions.state(known)
        leaves = self._leaves(known)
        for field in _private_fields(known.said):
            self._value(known, field)
        for leaf in leaves:
            if isinstance(leaf, AssetLeaf):
                for field in _leaf_fields(leaf):
                    self._value(known, field)

    # --- blobs -------------------------------------------------------------------

    def _leaves(  # noqa: PLR0911  # one case a kind
        self, known: Known
    ) -> Sequence[Leaf]:
        match known.said.body:
            case Asset(files=files):
                return self._leaf_blob(known, AssetLeaf, files)
            case FrameSet(measured=measured, tiles=tiles):
                self._blob(known, "tile", tiles)
                return self._leaf_blob(known, MeasuredLeaf, measured)
            case SealSet(sealed=sealed):
                return self._leaf_blob(known, SealedLeaf, sealed)
            case Change(frames=pictures, tiles=tiles):
                self._blob(known, "tile", tiles)
                return self._leaf_blob(known, ChangeLeaf, pictures)
            case Cut(resolved=resolved):
                return self._leaf_blob(known, CutLeaf, resolved)
            case Opinion(seen=seen):
                return self._leaf_blob(known, SeenLeaf, seen)
            case _:
                return ()

    def _leaf_blob(
        self, known: Known, model: type[Leaf], stated: Leaves
    ) -> Sequence[Leaf]:
        raw = self._read(known, "leaf", stated.blob)
        if raw is None:
            return ()
        try:
            found = read_leaves(model, raw, stated)
        except (AlteredEvidenceError, RecordError):
            text = f"the leaves of statement {known.index} are not what it states"
            self._find(Damage.LEAVES_ALTERED, text, known)
            return ()
        self.book.count("leaves", len(found))
        return found

    def _blob(self, known: Known, what: str, stated: Blob) -> None:
        raw = self._read(known, what, stated.blob)
        if raw is not None and len(raw) != stated.length:
            text = f"the {what} blob of statement {known.index} has another length"
            self._find(Damage.BLOB_ALTERED, text, known)

    def _read(self, known: Known, what: str, digest: str) -> bytes | None:
        self.book.count("blobs")
        try:
            content = self.blobs.read(digest)
        except MissingEvidenceError:
            self.dispositions.lacks(known, what, digest)
        except AlteredEvidenceError:
            text = f"the {what} blob of statement {known.index} was altered"
            self._find(Damage.BLOB_ALTERED, text, known)
        else:
            self.dispositions.has(known, what, digest)
            return content
        return None

    # --- values ------------------------------------------------------------------

    def _value(self, known: Known, field: Committed) -> None:
        self.book.count("values")
        try:
            opening = self.openings.open(known.id, field.path)
            check_opening(opening, known.said.place, field.commitment)
        except MissingEvidenceError:
            text = f"the vault lacks a value of statement {known.index}"
            self._find(Damage.OPENING_MISSING, text, known)
        except ErasedEvidenceError:
            self.erasures.value(known.said, known.index, field.path)
        except (AlteredEvidenceError, RecordError):
            text = f"a value of statement {known.index} is not the committed one"
            self._find(Damage.OPENING_ALTERED, text, known)

    def _find(self, code: Damage, message: str, known: Known) -> None:
        self.book.find(code, message, known.index, known.said.statement.kind)


def _leaf_fields(leaf: AssetLeaf) -> Iterator[Committed]:
    for name, field in (("declared", leaf.declared), ("incoming", leaf.incoming)):
        if field is not None:
            yield Committed(f"/files/{leaf.index}/{name}", field.commitment)


def _private_fields(said: Checked) -> Iterator[Committed]:
    yield from _below(canonical_object(said.raw).get("body", {}), "/body")


def _below(value: object, path: str) -> Iterator[Committed]:
    if is_private(value):
        yield Committed(path, str(value["#"]))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _below(item, canonical.pointer(path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _below(item, canonical.pointer(path, index))
