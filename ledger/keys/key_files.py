"""Files of keys: written once under a lock, wrapped if there is a master key.

Reading takes no lock: a file is replaced in one step, and whatever it is wrapped under
is known by its id. Each read looks at the file anew, so a key that was destroyed
meanwhile is gone; what was unwrapped is remembered only for as long as the file's bytes
are the same, so that a token is asked once for a key and not once for a use.
"""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ledger.files import (
    make_private_folder,
    os_error,
    sweep_temporaries,
    sync_folder,
    write_private,
)
from ledger.keys.masters import Ring, read_ring
from ledger.keys.wrapped import NONCE_BYTES, is_wrapped, parse, refused, unwrap, wrap

LOCK: Final = ".lock"
SUBFOLDERS: Final = ("sign", "blind", "c2pa")
PLAIN: Final = frozenset({"sign/recovery.pem", "c2pa/chain.pem", "c2pa/root.pem"})
"""Never wrapped: certificates are public, and the recovery key is moved to a place
where it must open without this machine's master key."""

_PROBE: Final = "blind/studio"


class KeyFiles:
    """The files below a keys folder, by names such as `blind/studio`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ring: Ring | None = None
        self._opened: dict[str, tuple[bytes, bytes]] = {}

    def path(self, name: str) -> Path:
        """Where a key lies."""
        return self.root / name

    def read(self, name: str) -> bytes:
        """What a key file holds, unwrapped.

        Raises:
            FileNotFoundError: there is none; callers know what that means.
            MasterKeyError: it cannot be unwrapped.
        """
        raw = self.path(name).read_bytes()
        if not is_wrapped(raw):
            return raw
        before = self._opened.get(name)
        if before is not None and before[0] == raw:
            return before[1]
        plain = self._unwrapped(raw, name)
        self._opened[name] = (raw, plain)
        return plain

    def add(self, name: str, make: Callable[[], bytes]) -> None:
        """Write a key unless there is one; of two processes, the first one's counts.

        Raises:
            MasterKeyError: it could only be written in clear among wrapped keys.
            StoreError: nothing was written.
        """
        if self.path(name).exists():
            return
        with self.locked():
            if not self.path(name).exists():
                write_private(self.path(name), self.sealed(name, make()))

    def destroy(self, name: str) -> bool:
        """Overwrite and remove a key; whether there was one."""
        self._opened.pop(name, None)
        path = self.path(name)
        # A process that died while it made the key may have left it here.
        sweep_temporaries(path.parent)
        return destroy(path)

    def names(self) -> Iterator[str]:
        """All keys, sorted; not the master keys."""
        for folder in SUBFOLDERS:
            for path in sorted((self.root / folder).glob("*")):
                if path.is_file() and not path.name.startswith("."):
                    yield f"{folder}/{path.name}"

    # --- wrapping ----------------------------------------------------------------

    def ring(self, *, fresh: bool = False) -> Ring:
        """The master keys of this folder.

        Args:
            fresh: look again; they may have been replaced.
        """
        if self._ring is None or fresh:
            self._ring = read_ring(self.root)
        return self._ring

    def sealed(self, name: str, plain: bytes) -> bytes:
        """A key's content as it is to be written: to be asked under the lock."""
        master = self.ring(fresh=True).in_force
        if name in PLAIN:
            return plain
        if master is None:
            self._refuse_plain_among_wrapped()
            return plain
        return wrap(master, secrets.token_bytes(NONCE_BYTES), name, plain)

    def _unwrapped(self, raw: bytes, name: str) -> bytes:
        found = parse(raw, name)
        master = self.ring().named(found.master)
        if master is None:
            master = self.ring(fresh=True).named(found.master)
        if master is None:
            raise refused(
                f"a key that the master key {found.master} wrapped",
                "Bring that master key back; the key itself is whole.",
                str(self.path(name)),
            )
        return unwrap(master, found, name)

    def _refuse_plain_among_wrapped(self) -> None:
        probe = self.path(_PROBE)
        if probe.exists() and is_wrapped(probe.read_bytes()):
            raise refused(
                "wrapped keys and no master key",
                "Bring the master key's file back before anything new is stated.",
                str(self.root),
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else writes keys meanwhile: made, wrapped and backed up in turn."""
        make_private_folder(self.root)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        try:
            descriptor = os.open(self.root / LOCK, flags, 0o600)
        except OSError as error:
            raise os_error(error, self.root / LOCK) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def destroy(path: Path) -> bool:
    """Overwrite and remove a file; whether there was one.

    Raises:
        StoreError: it is still there.
    """
    if not path.exists():
        return False
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        # Without this a power cut could bring the name back.
        sync_folder(path.parent)
    except OSError as error:
        raise os_error(error, path) from error
    return True
