"""What is left of a log whose database was lost: entries, statements, sheets, notes.

Sources are told apart by what they are:

    a production folder    its database, published copy, cosigned checkpoints, outbox
    a database             a backup of `ledger.sqlite`
    a published copy       `log/`: entries and checkpoint
    an exported tree       `jangbu log export`: entry bundles and checkpoint
    a bundle               entries, disclosed statements with blinds, sheets, blobs

Nothing is believed here; what belongs to the log is found out by who puts it together.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ledger.encoding.commitment import statement_id
from ledger.encoding.digest import sha256_hex
from ledger.errors import AlteredEvidenceError, CheckpointError, UnreadableInputError
from ledger.evidence import form
from ledger.evidence.archive import MAX_BYTES, looks_like_zip
from ledger.evidence.steps.container import open_archive, open_index
from ledger.evidence.tile_files import TileFiles
from ledger.files import read_bounded
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.entry_bundle import split_entries
from ledger.log.note import parse_note
from ledger.log.tiles import ENTRIES, WIDTH, tile_at
from ledger.production.kept import KeptCheckpoints
from ledger.production.layout import Layout
from ledger.store.blobs import BlobFolder
from ledger.store.inspection import inspect
from ledger.store.outbox import Outbox
from ledger.store.published import PublishedLog

_SQLITE: Final = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Bytes that may be a statement of the log.

    Attributes:
        sheet: digest of the sheet that is said to list it.
        blinds: of its id and of its sheet, if the source has them.
    """

    raw: bytes
    sheet: str
    blinds: tuple[bytes, bytes] | None = None


@dataclass(slots=True, kw_only=True)
class Salvage:
    """What the sources hold, together.

    Attributes:
        entries: for each source its entries, from entry 0 on.
        notes: signed checkpoints that others may hold: the log must contain them all.
        stored: those out of databases, which count only where they fit.
        statements: candidates by the id that they are said to have.
        sheets: envelopes by their digest.
        blobs: folders of blobs; `packed` are those of bundles.
        besides: folders with cosigned checkpoints and time tokens.
    """

    studio: str
    log: str
    entries: list[Sequence[bytes]] = field(default_factory=list)
    notes: list[bytes] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)
    statements: defaultdict[str, list[Candidate]] = field(
        default_factory=lambda: defaultdict(list)
    )
    sheets: dict[str, bytes] = field(default_factory=dict)
    blobs: list[BlobFolder] = field(default_factory=list)
    packed: dict[str, bytes] = field(default_factory=dict)
    besides: list[Path] = field(default_factory=list)

    def take(self, source: Path) -> None:
        """Take in whatever a path is.

        Raises:
            UnreadableInputError: it is none of these.
            AlteredEvidenceError, LogError: a bundle or a tree that is damaged.
        """
        if source.is_dir():
            self._take_folder(source)
        elif _begins_with(source, _SQLITE):
            self.take_database(source)
        elif looks_like_zip(raw := read_bounded(source, MAX_BYTES)):
            self._take_bundle(raw)
        else:
            raise _unknown(source)

    def take_production(self, layout: Layout) -> None:
        """Take in a production folder, or what is left of one."""
        if layout.database.is_file():
            self.take_database(layout.database)
        self._take_copy(layout.published)
        self.blobs.append(BlobFolder(layout.blobs))
        for _, parcel in Outbox(layout.outbox).pending():
            digest = sha256_hex(parcel.sheet)
            self.sheets[digest] = parcel.sheet
            for one in parcel.statements:
                self._offer(Candidate(one.raw, digest, (one.blind, one.by_blind)))

    def take_database(self, path: Path) -> None:
        """Take in the rows of a database, as they lie there."""
        with inspect(path, self.studio, self.log) as found:
            rows = {line.index: line.body for line in found.entries()}
            self.entries.append(list(_unbroken(rows)))
            for line in found.statements():
                self.statements[line.id].append(Candidate(line.body, line.sheet))
            for sheet in found.sheets():
                self.sheets[sha256_hex(sheet.body)] = sheet.body
            self.stored += [line.note for line in found.checkpoints()]

    # --- what a path is -----------------------------------------------------------

    def _take_folder(self, folder: Path) -> None:
        if (folder / "production.toml").is_file() or (folder / "log").is_dir():
            self.take_production(Layout(folder))
        elif (folder / "tile").is_dir():
            self._take_tree(folder)
        elif (folder / "entries").is_file():
            self._take_copy(folder)
        else:
            raise _unknown(folder)

    def _take_copy(self, folder: Path) -> None:
        copy = PublishedLog(folder).read()
        self.entries.append(copy.entries)
        if copy.checkpoint is not None:
            self.notes.append(copy.checkpoint)
        kept = KeptCheckpoints(folder)
        kept.check_undisputed()
        if (newest := kept.newest()) is not None:
            self.notes.append(newest)
        self.besides.append(folder)

    def _take_tree(self, folder: Path) -> None:
        files = TileFiles(folder)
        note = files.checkpoint()
        self.notes.append(note)
        size = size_of(note)
        tiles = (tile_at(ENTRIES, at, size) for at in range(-(-size // WIDTH)))
        self.entries.append(
            [
                entry
                for tile in tiles
                for entry in split_entries(files.served(tile), tile)
            ]
        )

    def _take_bundle(self, raw: bytes) -> None:
        container = open_index(open_archive(raw))
        if container.index.log != self.log:
            raise AlteredEvidenceError(
                "a bundle of this production's log",
                met="another log's",
                advice="Leave it out.",
                where=container.index.log,
            )
        parts = container.parts
        self.notes.append(parts[form.CHECKPOINT])
        self.notes += container.companions.cosigned.values()
        self.entries.append(form.split_lines(parts[form.ENTRIES]))
        for sheet in form.split_lines(parts[form.SHEETS]):
            self.sheets[sha256_hex(sheet)] = sheet
        rows = form.parse_rows(form.StatementRow, parts[form.STATEMENTS])
        for row in rows:
            blinds = (bytes.fromhex(row.blind), bytes.fromhex(row.by_blind))
            self._offer(Candidate(row.raw(), row.sheet, blinds))
        for name, content in parts.items():
            digest = sha256_hex(content)
            if name == form.blob_name(digest):
                self.packed[digest] = content

    def _offer(self, one: Candidate) -> None:
        if one.blinds is not None:
            self.statements[statement_id(one.blinds[0], one.raw)].append(one)


def size_of(note: bytes) -> int:
    """The size that a checkpoint states, signed or not; -1 for what is none."""
    try:
        return parse_checkpoint(parse_note(note).text).size
    except CheckpointError:
        return -1


def root_in(note: bytes) -> bytes:
    """The root that a checkpoint states; empty for what is none."""
    try:
        return parse_checkpoint(parse_note(note).text).root
    except CheckpointError:
        return b""


def _unbroken(rows: Mapping[int, bytes]) -> Iterator[bytes]:
    index = 0
    while index in rows:
        yield rows[index]
        index += 1


def _begins_with(path: Path, mark: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(mark)) == mark
    except OSError as error:
        raise UnreadableInputError(
            "a source that can be read",
            met=error.strerror or type(error).__name__,
            advice="Check the path and its rights.",
            where=str(path),
        ) from error


def _unknown(path: Path) -> UnreadableInputError:
    return UnreadableInputError(
        "a production folder, a backup of its database, its log/ folder, an exported "
        "tree, or a bundle",
        met="none of these",
        advice="docs/guides/restore-drill.md lists what a log is restored from.",
        where=str(path),
    )
