"""The pipeline's readers of pixels and credentials, as evidence wants them."""

from collections.abc import Sequence

from ledger.encoding.digest import sha256_hex
from ledger.ports import CredentialReading, PixelReading
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.credentials.reader import read_credential
from pipeline.errors import FrameShapeError, UnreadableFrameError
from pipeline.frames.arrays import pixels_digest
from pipeline.frames.reading import read_picture
from pipeline.frames.sniff import sniff
from pipeline.frames.writing import media_type


class FramePixels:
    """Implements `ledger.ports.PixelReader`."""

    def read(self, content: bytes) -> PixelReading:
        """Decode a picture file; errors are the pipeline's.

        Raises:
            FrameShapeError: it has alpha, which the digest does not cover: two
                pictures that look different would read the same.
        """
        picture = read_picture(content)
        if picture.alpha is not None:
            raise FrameShapeError(
                "a picture without alpha",
                met="one with alpha",
                advice="Do not rely on this picture: sealed frames have no alpha.",
            )
        return PixelReading(pixels_digest(picture.rgb), picture.decoder)


class FrameCredentials:
    """Implements `ledger.ports.CredentialReader`."""

    def read(self, content: bytes, roots_pem: Sequence[str]) -> CredentialReading:
        """Read a file's manifest, without any network."""
        roots = "\n".join(roots_pem).encode() or None
        try:
            kind = media_type(sniff(content))
            store = manifest_store_of(content)
        except UnreadableFrameError as error:
            return CredentialReading("invalid", None, "", (error.code,))
        reading = read_credential(content, kind, roots)
        return CredentialReading(
            state=reading.state,
            frame=reading.frame_assertion,
            manifest="" if store is None else sha256_hex(store),
            codes=reading.codes,
        )
