"""A sealed frame on disk: written whole and durable, and what is stated of it."""

import os
from pathlib import Path

from ledger.encoding.canonical import JsonValue
from ledger.encoding.digest import sha256_hex
from ledger.files import os_error
from pipeline.credentials.kinds import sidecar_name
from pipeline.credentials.sealer import Sealed


def sealed_leaf(frame: int, sealed: Sealed) -> dict[str, JsonValue]:
    """What the log will state of a sealed file (docs/specs/leaves.md)."""
    leaf: dict[str, JsonValue] = {
        "v": 1,
        "frame": frame,
        "file": sha256_hex(sealed.data),
        "part": 0,
        "index": 0,
        "manifest": sha256_hex(sealed.manifest),
    }
    return {**leaf, "sidecar": True} if sealed.beside else leaf


def write_sealed(temporary: Path, sealed: Sealed) -> None:
    """Write a sealed file, and its manifest beside it if that is no part of it.

    Raises:
        StoreError: it could not be written; neither is there.
    """
    if not sealed.beside:
        _write(temporary, sealed.data)
        return
    beside = temporary.with_name(sidecar_name(temporary.name))
    _write(beside, sealed.manifest)
    try:
        _write(temporary, sealed.data)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _write(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise os_error(error, path) from error
