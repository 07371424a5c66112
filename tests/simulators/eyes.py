"""What looks into files, made of the pipeline's own readers."""

from collections.abc import Sequence

from ledger.encoding.digest import sha256_hex
from ledger.evidence.steps.media import Readers
from ledger.ports import CredentialReading, PixelReading
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.credentials.reader import read_credential
from pipeline.frames.arrays import pixels_digest
from pipeline.frames.reading import read_picture


class PixelEye:
    """Reads pixels with the pipeline's own decoders."""

    def read(self, content: bytes) -> PixelReading:
        picture = read_picture(content)
        return PixelReading(pixels_digest(picture.rgb), picture.decoder)


class CredentialEye:
    """Reads content credentials with c2pa."""

    def read(self, content: bytes, roots_pem: Sequence[str]) -> CredentialReading:
        media_type = "image/png" if content[:4] == b"\x89PNG" else "image/jpeg"
        roots = "".join(roots_pem).encode() or None
        read = read_credential(content, media_type, roots)
        store = manifest_store_of(content)
        return CredentialReading(
            state=read.state,
            frame=read.frame_assertion,
            manifest=sha256_hex(store) if store else "",
            codes=read.codes,
        )


READERS = Readers(pixels=PixelEye(), credentials=CredentialEye())
