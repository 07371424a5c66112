"""Step 15: sealed frames as files: their bytes, their pixels, their credentials."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from ledger.encoding.canonical import JsonValue
from ledger.encoding.cell import cell_key
from ledger.encoding.digest import sha256_hex
from ledger.errors import AlteredEvidenceError, JangbuError
from ledger.evidence import form
from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure, SealedFrame, spread
from ledger.evidence.steps.credentials import inputs_of, is_intact
from ledger.evidence.steps.frames import Frames
from ledger.evidence.verdict import MediaCount, Reason
from ledger.ports import CredentialReader, CredentialReading, PixelReader
from ledger.records.frames import FrameSet, MeasuredLeaf, SealedLeaf, SealSet
from ledger.records.identity import StatementId


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """What looks into files; `None` where this machine has no such reader."""

    pixels: PixelReader | None = None
    credentials: CredentialReader | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """A sealed frame with all that the log says of it."""

    seal: SealedFrame
    sealed: SealedLeaf
    measured: MeasuredLeaf | None
    frame_set: FrameSet | None


@dataclass(slots=True)
class MediaReader:
    """Checks files of sealed frames, from the bundle and from beside it.

    Attributes:
        roots: authorities that the trust file lists for credentials; `None` when the
            log's origin is unknown, so that nobody vouches for any.
    """

    disclosure: Disclosure
    frames: Frames
    readers: Readers
    roots: tuple[str, ...] | None
    audit: Audit
    _read: set[SealedFrame] = field(default_factory=set)
    _seen: set[SealedFrame] = field(default_factory=set)
    _beside: Counter[SealedFrame] | None = None
    _strangers: list[str] = field(default_factory=list)
    _sidecars: dict[str, bytes] = field(default_factory=dict)

    def in_force(self) -> list[SealedFrame]:
        """Sealed frames of the current versions asked about, in the log's order.

        Without those whose files were destroyed on purpose.
        """
        disposed = self.disclosure.disposed()
        return [
            (told.id, frame)
            for told, _ in self.disclosure.seals()
            for frame, leaf in self.frames.sealed.get(told.id, {}).items()
            if leaf.file not in disposed
        ]

    def expected(self, choice: str, parts: Mapping[str, bytes]) -> list[str]:
        """Names of the frames that a bundle with this choice must carry."""
        names = {form.parse_media_name(name): name for name in parts}
        chosen = sorted(spread(choice, self.in_force()))
        return [
            names.get(form.MediaName(seal, frame, beside), f"media/{seal}/{frame}")
            for seal, frame in chosen
            for beside in self._files_of((seal, frame))
        ]

    def _files_of(self, seal: SealedFrame) -> tuple[bool, ...]:
        """Of each file of a frame, whether it is the manifest beside it."""
        return (False, True) if self._frame(seal).sealed.sidecar else (False,)

    def take_part(self, name: str, parts: Mapping[str, bytes]) -> None:
        """15.1 A part's bytes are the sealed frame's: against swapped frames."""
        meant = form.parse_media_name(name)
        if meant is None:
            return
        seal, content = (meant.seal, meant.frame), parts[name]
        with self.audit.step("files"):
            frame = self._frame(seal)
            if form.media_name(*seal, content) != name:
                raise _altered("a suffix that tells the file's type", seal)
            expected = frame.sealed.manifest if meant.sidecar else frame.sealed.file
            if sha256_hex(content) != expected:
                raise _altered("the file that was sealed as this frame", seal)
            if not meant.sidecar:
                beside = form.sidecar_name(*seal) if frame.sealed.sidecar else ""
                self._look_into(frame, content, parts.get(beside))

    def take_folder(self, media: Iterable[tuple[str, bytes | None]]) -> None:
        """15.2 Files beside the bundle are found by their digests, never by name."""
        self._beside = Counter()
        in_force = frozenset(self.in_force())
        by_file: dict[str, SealedFrame] = {}
        by_manifest: dict[str, SealedFrame] = {}
        beside: set[str] = set()
        for seal, leaf in self._all_sealed(in_force):
            by_file[leaf.file] = by_manifest[leaf.manifest] = seal
            if leaf.sidecar:
                beside.add(leaf.manifest)
        for name, content in media:
            digest = "" if content is None else sha256_hex(content)
            frame = by_file.get(digest)
            with self.audit.step("files", int(frame is not None or digest in beside)):
                if content is not None and digest in beside:
                    self._sidecars[digest] = content
                elif content is None or frame is None:
                    self._take_stranger(name, content, by_manifest)
                else:
                    self._beside[frame] += 1
                    self._take_match(frame, content, in_force)
        # Who hands over a folder asks whether it holds the shot, not just its files.
        self.audit.leave_open(Reason.MISSING, "media.frames", self.count().missing)

    def _all_sealed(
        self, in_force: Container[SealedFrame]
    ) -> list[tuple[SealedFrame, SealedLeaf]]:
        """All sealed frames; those in force last, so that they win over others."""
        every = [
            ((seal, leaf.frame), leaf)
            for seal, leaves in self.frames.sealed.items()
            for leaf in leaves.values()
        ]
        return sorted(every, key=lambda one: one[0] in in_force)

    def _take_match(
        self, seal: SealedFrame, content: bytes, in_force: Container[SealedFrame]
    ) -> None:
        if self._beside is not None and self._beside[seal] > 1:
            # One frame held for several, under whatever names.
            self.audit.leave_open(Reason.CONFLICT, "media.repeated")
            return
        if seal not in in_force:
            # True once: a version that was replaced, or that nobody asks about.
            self.audit.leave_open(Reason.CONFLICT, "media.replaced")
        frame = self._frame(seal)
        self._look_into(frame, content, self._sidecars.get(frame.sealed.manifest))

    def _take_stranger(
        self, name: str, content: bytes | None, by_manifest: Mapping[str, SealedFrame]
    ) -> None:
        self._strangers.append(name)
        altered = by_manifest.get(self._manifest_of(content or b""))
        if altered is not None:
            # Another file around a manifest that was sealed: somebody changed it.
            error = _altered("the file that was sealed with this manifest", altered)
            error.where = name
            raise error
        # It may be a damaged frame or nobody's: the log cannot tell.
        self.audit.leave_open(Reason.MISSING, "media.unmatched")

    def _manifest_of(self, content: bytes) -> str:
        if self.readers.credentials is None:
            return ""
        try:
            return self.readers.credentials.read(content, ()).manifest
        except JangbuError:
            return ""  # no picture at all

    def count(self) -> MediaCount:
        """How many frames were seen, of how many; a frame may have several seals."""
        wanted: set[SealedFrame] = {
            (cell.set, frame)
            for _, version in self.disclosure.versions()
            for cell in version.cells
            for frame in self.frames.measured.get(cell.set, {})
        }
        return MediaCount(
            frames=len(wanted),
            pixels=len(wanted & self._frames_of(self._read)),
            matched=0 if self._beside is None else self._beside.total(),
            unmatched=len(self._strangers),
            missing=len(wanted - self._frames_of(self._seen) - self._destroyed()),
            beside=self._beside is not None,
            strangers=tuple(self._strangers),
        )

    def note_destroyed(self) -> None:
        """Leave open what no file can show any more, of what was asked for as files."""
        gone = self._destroyed() - self._frames_of(self._seen)
        self.audit.leave_open(Reason.ERASED, "media.frames", len(gone))

    def _destroyed(self) -> set[SealedFrame]:
        disposed = self.disclosure.disposed()
        return self._frames_of(
            {
                (told.id, frame)
                for told, _ in self.disclosure.seals()
                for frame, leaf in self.frames.sealed.get(told.id, {}).items()
                if leaf.file in disposed
            }
        )

    def _frames_of(self, seals: set[SealedFrame]) -> set[SealedFrame]:
        set_of: dict[str, StatementId] = {
            told.id: body.set for told, body in self.disclosure.seals()
        }
        return {(set_of[seal], frame) for seal, frame in seals if seal in set_of}

    def _frame(self, seal: SealedFrame) -> _Frame:
        leaf = self.frames.sealed.get(seal[0], {}).get(seal[1])
        found = self.disclosure.find(seal[0], SealSet)
        if leaf is None or found is None:
            raise _altered("a frame that the log has sealed", seal)
        frame_set = self.disclosure.find(found[1].set, FrameSet)
        return _Frame(
            seal=seal,
            sealed=leaf,
            measured=self.frames.measured.get(found[1].set, {}).get(seal[1]),
            frame_set=frame_set[1] if frame_set else None,
        )

    def _look_into(self, frame: _Frame, content: bytes, beside: bytes | None) -> None:
        self._seen.add(frame.seal)
        if frame.measured is None or frame.frame_set is None:
            self.audit.leave_open(Reason.WITHHELD, "seal.set.set")
            return
        self._check_pixels(frame, frame.measured, content)
        if frame.sealed.sidecar and beside is None:
            # In a bundle it is always there; of a folder it may come too late.
            self.audit.leave_open(Reason.MISSING, "media.manifest")
            return
        reading = self._read_credential(frame, content, beside)
        if reading is not None:
            self._check_credential(frame, frame.measured, frame.frame_set, reading)

    # --- 15.3 pixels: against a picture that differs from what was measured -------

    def _check_pixels(
        self, frame: _Frame, measured: MeasuredLeaf, content: bytes
    ) -> None:
        if self.readers.pixels is None:
            self.audit.leave_open(Reason.WEAK, "pixels.no_decoder")
            return
        reading = self.readers.pixels.read(content, measured.decoder)
        if reading.pixels == measured.pixels:
            self.audit.held("pixels", int(frame.seal not in self._read))
            self._read.add(frame.seal)
        elif reading.decoder != measured.decoder:
            # Decoders may differ in a JPEG's last bit: neither a yes nor a no.
            self.audit.leave_open(Reason.WEAK, "pixels.other_decoder")
        else:
            raise _altered("the pixels that were measured", frame.seal)

    # --- 15.4 credentials: against a manifest that says something else ------------

    def _read_credential(
        self, frame: _Frame, content: bytes, beside: bytes | None
    ) -> CredentialReading | None:
        if self.readers.credentials is None:
            self.audit.leave_open(Reason.WEAK, "credentials.no_reader")
            return None
        sidecar = beside if frame.sealed.sidecar else None
        return self.readers.credentials.read(content, self.roots or (), sidecar)

    def _check_credential(
        self,
        frame: _Frame,
        measured: MeasuredLeaf,
        frame_set: FrameSet,
        reading: CredentialReading,
    ) -> None:
        if reading.manifest != frame.sealed.manifest:
            raise _altered("the manifest that was sealed", frame.seal)
        if not is_intact(reading):
            raise _altered("an intact content credential", frame.seal)
        if reading.state == "invalid":
            # The signer's certificate has run out; nothing else is known of it.
            self.audit.leave_open(Reason.WEAK, "credentials.expired")
            return
        self._check_assertion(frame.seal, measured, frame_set, reading.frame or {})
        if self.roots is None:
            self.audit.held("credentials.intact")
        elif reading.state == "trusted":
            self.audit.held("credentials")
        else:
            self.audit.leave_open(Reason.WEAK, "credentials.signer_not_listed")

    def _check_assertion(
        self,
        seal: SealedFrame,
        measured: MeasuredLeaf,
        frame_set: FrameSet,
        said: Mapping[str, JsonValue],
    ) -> None:
        expected: dict[str, JsonValue] = {
            "v": 1,
            "log": self.disclosure.log,
            "run": frame_set.run,
            "cell_key": cell_key(self.disclosure.log, frame_set.run, frame_set.cell),
            "frame": measured.frame,
        }
        if {key: value for key, value in said.items() if key != "inputs"} != expected:
            raise _altered("a credential that names this frame of the log", seal)
        if inputs_of(said) != [(one.layer, one.file) for one in measured.inputs]:
            raise _altered("a credential with the measured inputs", seal)


def take_media(
    reader: MediaReader,
    choice: str,
    parts: Mapping[str, bytes],
    folder: Iterable[tuple[str, bytes | None]] | None,
) -> MediaCount:
    """Check every file that came along."""
    for name in parts:
        reader.take_part(name, parts)
    if folder is not None:
        reader.take_folder(folder)
    if folder is not None or choice != "none":
        reader.note_destroyed()
    return reader.count()


def _altered(expected: str, seal: SealedFrame) -> AlteredEvidenceError:
    return AlteredEvidenceError(
        expected,
        met="another",
        advice="Do not rely on this file; ask for the frame again.",
        seal=seal[0],
        frame=seal[1],
    )
