"""Signing frames: one sealer for each worker process, one call for each frame.

A certificate that does not fit its key, a broken chain and dates that do not hold are
found when the sealer is made, not frame by frame: with c2pa's own check after signing
switched off (see settings.py), a wrong key would otherwise write files that nobody
can verify, without an error.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final, NoReturn, Self

import c2pa
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pipeline.credentials.jumbf import manifest_store_of
from pipeline.credentials.manifest import (
    Definition,
    FrameCredential,
    manifest_definition,
)
from pipeline.credentials.settings import CredentialSettings
from pipeline.errors import ManifestRefusedError
from pipeline.frames.containers import (
    JPEG_MAGIC,
    PNG_MAGIC,
    jpeg_segments,
    png_chunks,
)

MAGICS: Final = {"image/png": PNG_MAGIC, "image/jpeg": JPEG_MAGIC}

# What a picture may hold before it is sealed: pixels and how to show them. Text, EXIF
# and XMP that an encoder carried over from a source would be sealed in for good.
_PNG_CHUNKS: Final = frozenset(
    # fdEC: the mark of the fpng encoder, five fixed bytes
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs fdEC".split()
)
_APP0_JFIF, _APP2_ICC, _APP14_ADOBE = 0xE0, 0xE2, 0xEE
_JPEG_APPS: Final = {
    _APP0_JFIF: b"JFIF\0",
    _APP2_ICC: b"ICC_PROFILE\0",
    _APP14_ADOBE: b"Adobe",
}
_COM: Final = 0xFE


@dataclass(frozen=True, slots=True)
class Sealed:
    """A frame with its manifest.

    Attributes:
        data: the whole file as it is to be written.
        manifest: the manifest store within it, as `manifest_store_of(data)` finds it.
    """

    data: bytes
    manifest: bytes


class Sealer:
    """Signs frames with one key; belongs to the process that made it."""

    def __init__(
        self,
        chain_pem: bytes,
        key_pem: bytes,
        settings: CredentialSettings | None = None,
        *,
        now: datetime | None = None,
    ) -> None:
        """Check the credentials and load them.

        Args:
            chain_pem: leaf first, then what issued it.
            key_pem: the leaf's private key on P-256.
            settings: the usual ones when left out.
            now: aware, for the certificates' dates; the present when left out.

        Raises:
            ManifestRefusedError: key, chain or dates do not fit.
        """
        chain = _checked_chain(chain_pem, now or datetime.now(UTC))
        _check_key(chain[0], key_pem)
        try:
            self._context = c2pa.Context.from_dict(
                (settings or CredentialSettings()).rendered("sign")
            )
            self._signer = c2pa.Signer.from_info(
                c2pa.C2paSignerInfo(b"es256", chain_pem, key_pem, None)
            )
        except c2pa.C2paError as error:
            raise _refused("signing credentials that c2pa takes", error) from error

    def seal(self, data: bytes, media_type: str, credential: FrameCredential) -> Sealed:
        """Embed a signed manifest into an encoded frame.

        `data` is a PNG or JPEG with nothing but pixels and their colour space.

        Raises:
            ManifestRefusedError: the picture holds more than that, or c2pa refuses.
        """
        _check_picture(data, media_type)
        return self._sign(data, media_type, manifest_definition(credential))

    def close(self) -> None:
        """Free c2pa's memory, the private key with it."""
        self._signer.close()
        self._context.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _sign(self, data: bytes, media_type: str, definition: Definition) -> Sealed:
        target = io.BytesIO()
        try:
            # A builder signs once; the context and the signer are reused.
            builder: Any = c2pa.Builder(definition, context=self._context)
            manifest = builder.sign(self._signer, media_type, io.BytesIO(data), target)
        except c2pa.C2paError as error:
            raise _refused("a frame that c2pa signs", error) from error
        sealed = Sealed(target.getvalue(), manifest)
        if manifest_store_of(sealed.data) != sealed.manifest:
            _refuse("the signed manifest in the file", "another one, or none")
        return sealed


def _check_picture(data: bytes, media_type: str) -> None:
    magic = MAGICS.get(media_type)
    if magic is None or not data.startswith(magic):
        _refuse("a PNG or JPEG of its stated media type", "another picture")
    if media_type == "image/png":
        surplus = {kind for kind, _ in png_chunks(data)} - _PNG_CHUNKS
        names = sorted(kind.decode("latin-1") for kind in surplus)
    else:
        names = sorted(
            f"segment {marker:02X}"
            for marker, body in jpeg_segments(data)
            if not _is_plain(marker, body)
        )
    if names:
        _refuse("pixels and their colour space only", ", ".join(names[:8]))


def _is_plain(marker: int, body: bytes) -> bool:
    if marker == _COM:
        return False
    if not 0xE0 <= marker <= 0xEF:
        return True
    start = _JPEG_APPS.get(marker)
    return start is not None and body.startswith(start)


def _checked_chain(chain_pem: bytes, now: datetime) -> Sequence[x509.Certificate]:
    try:
        chain = x509.load_pem_x509_certificates(chain_pem)
        for issued, issuer in pairwise(chain):
            issued.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise _refused("a PEM chain, leaf first, each issued by the next", error) from (
            error
        )
    for one in chain:
        if not one.not_valid_before_utc <= now <= one.not_valid_after_utc:
            _refuse("certificates that are valid now", "one that is not")
    return chain


def _check_key(leaf: x509.Certificate, key_pem: bytes) -> None:
    try:
        key = load_pem_private_key(key_pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _refused("an unencrypted private key as PEM", error) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(
        key.curve, ec.SECP256R1
    ):
        _refuse("a key on P-256 (ES256)", "another kind of key")
    if key.public_key() != leaf.public_key():
        _refuse("the private key of the leaf certificate", "another key")


def _refused(expected: str, error: Exception) -> ManifestRefusedError:
    return ManifestRefusedError(
        expected,
        met=str(error) or type(error).__name__,
        advice="Check certificate, key and recipe; nothing was written.",
    )


def _refuse(expected: str, met: str) -> NoReturn:
    raise ManifestRefusedError(
        expected,
        met=met,
        advice="Check picture, certificate and key; nothing was written.",
    )
