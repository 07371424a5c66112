"""The pipeline's readers of pixels and credentials, as evidence wants them."""

from collections.abc import Sequence

from ledger.encoding.digest import sha256_hex
from ledger.ports import CredentialReading, PixelReading
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.credentials.kinds import media_type_of
from pipeline.credentials.reader import read_credential
from pipeline.errors import UnreadableFrameError
from pipeline.frames.raster import samples_digest
from pipeline.frames.rasters import read_raster


class FramePixels:
    """Implements `ledger.ports.PixelReader`."""

    def read(self, content: bytes, decoder: str = "") -> PixelReading:
        """Decode a picture file of any format; errors are the pipeline's."""
        raster = read_raster(content)
        pixels = samples_digest(raster.rgb, raster.bits, raster.alpha)
        return PixelReading(pixels, raster.decoder)


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
