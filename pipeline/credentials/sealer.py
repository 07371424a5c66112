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
from typing import Any, NoReturn, Self

import c2pa
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pipeline.credentials.jumbf import as_manifest_store, manifest_store_of
from pipeline.credentials.kinds import KINDS
from pipeline.credentials.manifest import (
    Definition,
    FrameCredential,
    manifest_definition,
)
from pipeline.credentials.plain import check_plain
from pipeline.credentials.settings import CredentialSettings
from pipeline.errors import ManifestRefusedError, UnreadableFrameError


@dataclass(frozen=True, slots=True)
class Sealed:
    """A frame with its manifest.

    Attributes:
        data: the whole file as it is to be written.
        manifest: the manifest store: within `data`, as `manifest_store_of` finds it,
            or the whole of the sidecar.
        beside: whether the manifest is to be written as a sidecar (OpenEXR, DPX).
    """

    data: bytes
    manifest: bytes
    beside: bool = False


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
        """Sign a manifest for an encoded frame: embedded, or to lie beside it.

        Args:
            data: with nothing but pixels and their colour space; of an OpenEXR or DPX
                it comes back as it is.
            media_type: of `pipeline.credentials.kinds.KINDS`.
            credential: what the manifest says.

        Raises:
            ManifestRefusedError: the picture holds more than that, or c2pa refuses.
        """
        check_plain(data, media_type)
        definition = manifest_definition(credential)
        if KINDS[media_type].beside:
            return self._sign_beside(data, media_type, definition)
        return self._sign(data, media_type, definition)

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
        # A builder signs once; the context and the signer are reused.
        manifest = self._signed(self._builder(definition), media_type, data, target)
        sealed = Sealed(target.getvalue(), manifest)
        if _store_in(sealed.data) != sealed.manifest:
            _refuse("the signed manifest in the file", "another one, or none")
        return sealed

    def _sign_beside(
        self, data: bytes, media_type: str, definition: Definition
    ) -> Sealed:
        builder = self._builder(definition)
        builder.set_no_embed()
        # c2pa writes the file again, byte for byte; that copy is dropped as it comes.
        manifest = self._signed(builder, media_type, data, _Nowhere())
        try:
            return Sealed(data, as_manifest_store(manifest), beside=True)
        except UnreadableFrameError as error:
            raise _refused("a manifest store from c2pa", error) from error

    def _builder(self, definition: Definition) -> Any:  # noqa: ANN401  # c2pa is untyped
        try:
            return c2pa.Builder(definition, context=self._context)
        except c2pa.C2paError as error:
            raise _refused("a definition that c2pa takes", error) from error

    def _signed(
        self,
        builder: Any,  # noqa: ANN401  # c2pa is untyped
        media_type: str,
        data: bytes,
        target: io.IOBase,
    ) -> bytes:
        try:
            signed = builder.sign(self._signer, media_type, io.BytesIO(data), target)
        except c2pa.C2paError as error:
            raise _refused("a frame that c2pa signs", error) from error
        return bytes(signed)


class _Nowhere(io.RawIOBase):
    """A file that keeps its length and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self._at = self._length = 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}
        self._at = start[whence] + offset
        return self._at

    def write(self, piece: Any) -> int:  # noqa: ANN401  # any buffer
        self._at += len(piece)
        self._length = max(self._length, self._at)
        return len(piece)


def _store_in(data: bytes) -> bytes | None:
    try:
        return manifest_store_of(data)
    except UnreadableFrameError as error:
        raise _refused("a sealed file of whole parts", error) from error


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
