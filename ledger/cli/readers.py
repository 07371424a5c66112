"""The pipeline's readers of pixels and credentials, as evidence wants them."""

from collections.abc import Sequence
from typing import Final

from ledger.encoding.digest import sha256_hex
from ledger.ports import CredentialReading, PixelReading
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.credentials.kinds import media_type_of
from pipeline.credentials.reader import read_credential
from pipeline.errors import FrameShapeError, UnreadableFrameError
from pipeline.frames.arrays import pixels_digest
from pipeline.frames.raster import samples_digest
from pipeline.frames.rasters import read_raster
from pipeline.frames.reading import read_picture

_PILLOW: Final = "pillow@"
"""What every frame of `picture/1` is measured by."""


class FramePixels:
    """Implements `ledger.ports.PixelReader`."""

    def read(self, content: bytes, decoder: str = "") -> PixelReading:
        """Decode a picture file of any format; errors are the pipeline's.

        What Pillow measured is read by Pillow: else no other pixels could be told from
        another decoder's.

        Raises:
            FrameShapeError: it has alpha, which the digest does not cover: two
                pictures that look different would read the same.
        """
        if decoder.startswith(_PILLOW):
            picture = read_picture(content)
            _refuse_alpha(picture.alpha)
            return PixelReading(pixels_digest(picture.rgb), picture.decoder)
        raster = read_raster(content)
        _refuse_alpha(raster.alpha)
        return PixelReading(samples_digest(raster.rgb, raster.bits), raster.decoder)


def _refuse_alpha(alpha: object) -> None:
    if alpha is not None:
        raise FrameShapeError(
            "a picture without alpha",
            met="one with alpha",
            advice="Do not rely on this picture: sealed frames have no alpha.",
        )


class FrameCredentials:
    """Implements `ledger.ports.CredentialReader`."""

    def read(
        self, content: bytes, roots_pem: Sequence[str], sidecar: bytes | None = None
    ) -> CredentialReading:
        """Read a file's manifest, or the one beside it, without any network."""
        roots = "\n".join(roots_pem).encode() or None
        try:
            store = manifest_store_of(content) or sidecar
        except UnreadableFrameError as error:
            return CredentialReading("invalid", None, "", (error.code,))
        kind = media_type_of(content) or ""
        reading = read_credential(content, kind, roots, sidecar)
        return CredentialReading(
            state=reading.state,
            frame=reading.frame_assertion,
            manifest="" if store is None else sha256_hex(store),
            codes=reading.codes,
        )
