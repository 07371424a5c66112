"""Shows at start-up that the c2pa settings are in force.

c2pa ignores what it does not know, and a release may rename a setting; both would
show only as slow, fat or talkative files. So one small frame is sealed and read before
the first real one.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Final, NoReturn

import c2pa

from ledger.records.identity import (
    as_digest,
    as_origin,
    as_statement_id,
    as_token,
    as_uid,
)
from pipeline.credentials.manifest import FrameCredential, LayerCredential
from pipeline.credentials.reader import read_credential
from pipeline.credentials.sealer import Sealed, Sealer
from pipeline.errors import SettingsError
from pipeline.frames.containers import PNG_MAGIC

MOST_BYTES_ADDED: Final = 10_000

_SIZE_PX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """What the self-test measured.

    Attributes:
        bytes_added: by the manifest, to a plain frame of one layer.
        library: version of c2pa's native library.
    """

    bytes_added: int
    library: str


def check_settings(sealer: Sealer, root_pem: bytes) -> SelfTest:
    """Seal and read one small frame.

    Raises:
        SettingsError: a setting that the pipeline relies on is not in force.
    """
    picture = _plain_picture()
    sealed = sealer.seal(picture, "image/png", _credential())
    added = len(sealed.data) - len(picture)
    if added >= MOST_BYTES_ADDED:
        _refuse(f"fewer than {MOST_BYTES_ADDED} bytes added", f"{added}", "thumbnail")
    if b"thumbnail" in sealed.manifest:
        _refuse("no thumbnail in a manifest", "one", "thumbnail")
    _check_reading(sealed, root_pem)
    return SelfTest(bytes_added=added, library=str(c2pa.sdk_version()))


def _check_reading(sealed: Sealed, root_pem: bytes) -> None:
    with_root = read_credential(sealed.data, "image/png", root_pem)
    if with_root.state != "trusted":
        codes = ", ".join(with_root.codes)
        _refuse("trust in the root given", f"{with_root.state} ({codes})", "anchors")
    if with_root.frame_assertion is None:
        _refuse("our assertion, vouched for", "none", "created_assertion_labels")
    without = read_credential(sealed.data, "image/png", None)
    if without.state != "valid":
        _refuse("no trust without a root", without.state, "anchors")
    changed = bytearray(sealed.data)
    changed[-20] ^= 1  # within the last bytes of the pixel data
    if read_credential(bytes(changed), "image/png", root_pem).state != "invalid":
        _refuse("a changed frame to be invalid", "another state", "verify")


def _credential() -> FrameCredential:
    layer = LayerCredential(
        layer=0,
        element=as_uid("00" * 16),
        source_type="digitalCreation",
        file=as_digest("00" * 32),
    )
    return FrameCredential(
        log=as_origin("jangbu.invalid/" + "00" * 8),
        run=as_statement_id("00" * 32),
        cell_key=as_digest("00" * 32),
        frame=0,
        layers=(layer,),
        source_type="digitalCreation",
        version=as_token("0"),
    )


def _plain_picture() -> bytes:
    """A grey PNG, written by hand: this package holds no encoder."""
    rows = (b"\0" + b"\x80" * _SIZE_PX) * _SIZE_PX
    head = struct.pack(">IIBBBBB", _SIZE_PX, _SIZE_PX, 8, 0, 0, 0, 0)
    return (
        PNG_MAGIC
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(body, zlib.crc32(kind))
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def _refuse(expected: str, met: str, setting: str) -> NoReturn:
    raise SettingsError(
        expected,
        met=met,
        advice="The installed c2pa understands this setting otherwise; install the "
        "version that this release names.",
        where=setting,
    )
