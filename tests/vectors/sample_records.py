"""A small sample story for the vectors: two frames of a shot, made, measured, sealed.

Everything is fixed: keys and uids come from texts, times are written out.
"""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.canonical import JsonValue
from ledger.encoding.cell import cell_key
from ledger.encoding.commitment import Opening, Place, blind_at, commit, machine_key
from ledger.encoding.sheet import Sheet, key_id_of
from ledger.encoding.statement import Composed, Draft, KeyRef, Secret, compose
from ledger.log.leaves import LeafBlob, encode_leaves
from ledger.records.frames import (
    Bounds,
    Coverage,
    LayerCoverage,
    LayerInput,
    MeasuredLeaf,
    SealedLeaf,
)
from ledger.records.identity import (
    Digest,
    Uid,
    as_digest,
    as_instant,
    as_origin,
    as_token,
    as_uid,
)
from ledger.records.making import AssetLeaf
from ledger.records.statement import Act, Blob, Private, Scope
from ledger.records.time import FrameRange, Rate

LOG = as_origin("jangbu.invalid/0123456789abcdef")
SIGNING_TEXT = "jangbu test key, public and worthless"
BLINDING_TEXT = "jangbu test blinding key, public and worthless"
SIGNING_KEY = Ed25519PrivateKey.from_private_bytes(
    sha256(SIGNING_TEXT.encode()).digest()
)
BLINDING_KEY = sha256(BLINDING_TEXT.encode()).digest()
ASKED_AT = "2026-11-22T08:30:00.123456Z"
SIGNED_AT = as_instant("2026-11-22T09:00:00.000000Z")
FIRST, END = 1001, 1003
PROMPT = "밤, 비 오는 골목. 카메라는 천천히 뒤로."


def uid(name: str) -> Uid:
    """A uid made from a name, for samples only: real ones are random."""
    return as_uid(sha256(f"uid {name}".encode()).hexdigest()[:32])


def digest(name: str) -> Digest:
    """A digest of nothing in particular."""
    return as_digest(sha256(name.encode()).hexdigest())


SHOT, ELEMENT, STUDIO_PARTY = uid("shot"), uid("element"), uid("studio")
FRAMES = FrameRange.between(FIRST, END, Rate(24, 1))
SCOPE = Scope(shot=SHOT, range=FRAMES)


def secret_of(_reference: KeyRef) -> bytes:
    return BLINDING_KEY


def own_key(kind: str, natural: str) -> str:
    return machine_key(BLINDING_KEY, LOG, kind, natural)


def asset_leaves() -> LeafBlob:
    """A sequence of two pictures; the first declares a prompt."""
    place = Place(log=LOG, kind="asset.1", key=own_key("asset.1", "sample"))
    path = f"/files/{FIRST}/declared"
    value: JsonValue = {"container": "png", "items": [], "v": 1}
    blind = blind_at(BLINDING_KEY, place, path)
    declared = commit(Opening(path=path, value=value, blind=blind), place)
    return encode_leaves(
        [
            AssetLeaf(
                index=frame,
                file=digest(f"source {frame}"),
                size=48_213,
                type=as_token("image/png"),
                width=64,
                height=64,
                declared=Private.of(declared) if frame == FIRST else None,
            )
            for frame in range(FIRST, END)
        ]
    )


def measured_leaves() -> LeafBlob:
    """64 × 64 pixels; a quarter of each frame is covered by no layer."""
    covered, whole = 3072 * 32768, 4096 * 32768
    rest = Bounds(lower=whole - covered, upper=whole - covered)
    layer = LayerCoverage(element=ELEMENT, lower=covered, upper=covered)
    return encode_leaves(
        [
            MeasuredLeaf(
                frame=frame,
                pixels=digest(f"pixels {frame}"),
                decoder=as_token("pillow@13.0.0+rgb"),
                inputs=(LayerInput(layer=0, file=digest(f"source {frame}")),),
                coverage=Coverage(layers=(layer,), unattributed=rest),
                tiles=digest(f"tiles {frame}"),
                iscc="ISCC:EEAXLNZV4MR2A7RX",
                profile=as_token("iscc-image-v0/256+trim16+h1"),
            )
            for frame in range(FIRST, END)
        ]
    )


def sealed_leaves() -> LeafBlob:
    return encode_leaves(
        [
            SealedLeaf(
                frame=frame,
                file=digest(f"sealed {frame}"),
                part=0,
                index=0,
                manifest=digest(f"manifest {frame}"),
            )
            for frame in range(FIRST, END)
        ]
    )


def generation() -> Composed:
    """A model was called; prompt and seed are private."""
    return compose(
        Draft(
            log=LOG,
            kind="generation.1",
            key=uid("generation"),
            at=ASKED_AT,
            prev=(digest("asset statement"),),
            body={
                "provider": "example",
                "model": "example-image",
                "model_version": "1.0",
                "source_type": "trainedAlgorithmicMedia",
                "prompt": Secret(PROMPT),
                "seed": Secret("20261122"),
                "inputs": [],
                "outputs": [digest("asset statement")],
            },
        ),
        secret_of,
    )


def frame_set() -> Composed:
    """What was measured; two machines write the same bytes."""
    run = digest("run statement")
    natural = cell_key(LOG, run, FIRST // 32)
    body = {
        "run": run,
        "cell": FIRST // 32,
        "measured": measured_leaves().stated,
        "tiles": Blob(length=64, blob=digest("tile tables")),
    }
    return compose(
        Draft(
            log=LOG,
            kind="frame.set.1",
            key=own_key("frame.set.1", natural),
            prev=(run,),
            scope=SCOPE,
            body=body,
        ),
        secret_of,
    )


def withdrawal() -> Composed:
    """The generation is taken back: an act with an empty body."""
    target = generation()
    return compose(
        Draft(
            log=LOG,
            kind="generation.1",
            key=uid("withdrawal"),
            at="2026-11-22T08:45:00.000000Z",
            prev=(target.id,),
            act=Act.model_validate({"verb": "withdraw", "of": target.id}),
            body={},
        ),
        secret_of,
    )


def stories() -> dict[str, Composed]:
    """The statements of the sample, by what they are."""
    return {
        "a generation by a person": generation(),
        "a frame.set by a machine": frame_set(),
        "a withdrawal": withdrawal(),
    }


def sheet() -> Sheet:
    """One signature over all of them."""
    return Sheet.model_validate(
        {
            "log": LOG,
            "org": STUDIO_PARTY,
            "key_id": key_id_of(SIGNING_KEY.public_key().public_bytes_raw()),
            "signed_at": SIGNED_AT,
            "ids": tuple(one.id for one in stories().values()),
        }
    )
