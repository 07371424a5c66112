"""Finding sealed frames on this machine: where each output root lies now."""

from collections.abc import Mapping
from pathlib import Path

from ledger.encoding.digest import sha256_hex
from ledger.records.frames import SealedLeaf

_ASSETS = "asset/"


class SealedFiles:
    """Looks a sealed frame up by its digest in the known output folders.

    Files are hashed once each; names prove nothing.
    """

    def __init__(self, locations: Mapping[str, str]) -> None:
        self._folders = [
            Path(path)
            for token, path in locations.items()
            # Where source files lie is remembered there, too.
            if not token.startswith(_ASSETS)
        ]
        self._by_frame: dict[int, list[Path]] | None = None

    def read(self, _seal_set: str, leaf: SealedLeaf) -> bytes | None:
        """The file that a sealed leaf states; `None` if it is not here."""
        return self._found(leaf.frame, leaf.file)

    def read_sidecar(self, _seal_set: str, leaf: SealedLeaf) -> bytes | None:
        """The manifest beside it that a sealed leaf states; `None` if not here."""
        return self._found(leaf.frame, leaf.manifest)

    def _found(self, frame: int, digest: str) -> bytes | None:
        for path in self.candidates(frame):
            content = path.read_bytes()
            if sha256_hex(content) == digest:
                return content
        return None

    def candidates(self, frame: int) -> list[Path]:
        """Files that are named like a frame, in any known folder."""
        if self._by_frame is None:
            self._by_frame = {}
            for folder in self._folders:
                for path in folder.glob("*.*.*"):
                    number = path.suffixes[-2][1:]
                    if number.lstrip("-").isdigit() and path.is_file():
                        self._by_frame.setdefault(int(number), []).append(path)
        return self._by_frame.get(frame, [])
