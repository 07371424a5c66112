"""What a forger does to a bundle: take it apart, change it, recompute what is unsigned.

With a studio's key in hand (an insider), even the index is signed again.
"""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding import canonical
from ledger.encoding.models import dump, parse_model
from ledger.encoding.sheet import parse_envelope, sign_envelope
from ledger.evidence import form
from ledger.evidence.archive import Part, emit_archive, read_archive


def contents(raw: bytes) -> dict[str, bytes]:
    """Parts by name, without the index."""
    return {part.name: part.content for part in read_archive(raw)[1:]}


def index_in(raw: bytes) -> form.BundleIndex:
    """What the index says."""
    envelope = parse_envelope(read_archive(raw)[0].content)
    return parse_model(form.BundleIndex, envelope.payload)


def repack(raw: bytes, changed: Mapping[str, bytes]) -> bytes:
    """The same archive with other contents: zip checksums fit, the index does not."""
    parts = [
        Part(part.name, changed.get(part.name, part.content))
        for part in read_archive(raw)
    ]
    return b"".join(emit_archive(parts))


def resign(
    raw: bytes, contents: Mapping[str, bytes], key: Ed25519PrivateKey, **about: object
) -> bytes:
    """A bundle of other parts with every digest recomputed and a new signature."""
    parts = [Part(name, content) for name, content in contents.items()]
    index = form.index_of(parts, index_in(raw)).model_copy(update=about)
    payload = canonical.encode(dump(index))
    signed = sign_envelope(form.INDEX_TYPE, payload, key)
    return b"".join(emit_archive([Part(form.INDEX, signed), *parts]))
