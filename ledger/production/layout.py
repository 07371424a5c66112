"""Where things lie in a production folder."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of a production folder; see docs/reference/production-folder.md."""

    root: Path

    @property
    def registry(self) -> Path:
        return self.root / "production.toml"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def trust(self) -> Path:
        return self.root / "trust.json"

    @property
    def database(self) -> Path:
        return self.root / "ledger.sqlite"

    @property
    def vault(self) -> Path:
        return self.root / "vault.sqlite"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def published(self) -> Path:
        return self.root / "log"

    @property
    def frames(self) -> Path:
        return self.root / "frames"
