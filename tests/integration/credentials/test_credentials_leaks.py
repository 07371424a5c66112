"""Everything that lands in a sealed file is listed here, and nothing else may.

The sources carry canaries in every place where pictures carry text, and one of them a
manifest of its own. The sealed file is taken apart to the last string.
"""

import getpass
import io
import re
import socket
import sys
from dataclasses import replace
from pathlib import Path

import c2pa
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ledger.encoding.digest import sha256_hex
from ledger.keys.certificates import DevelopmentChain
from ledger.records.identity import as_digest
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.credentials.manifest import FrameCredential
from pipeline.credentials.sealer import Sealed, Sealer
from pipeline.credentials.settings import CredentialSettings

CANARY = "canary-7f3a"
SEED = "canary-seed-99412"

# What may stand in a manifest as text. Digests, keys and signatures are bytes.
EXPECTED = re.compile(
    r"""
      self\#jumbf=(?:/c2pa/urn:c2pa:[0-9a-f-]{36}/)?c2pa\.(?:signature|assertions/[a-z0-9_.-]+)
    | urn:c2pa:[0-9a-f-]{36} | xmp[.:]iid:[0-9a-f-]{36}
    | https://jangbu\.invalid/0123456789abcdef/run/[0-9a-f]{64}
    | jangbu\.invalid/0123456789abcdef
    | http://cv\.iptc\.org/newscodes/digitalsourcetype/[A-Za-z]+
    | c2pa(?:\.[a-z0-9_-]+)* | kr\.jangbu\.(?:frame|element|tools)
    | The\ source\ carried\ a\ manifest[^"]*byte\ for\ byte\.
    | layer\ [01] | picture/1 | jangbu | 0\.1\.0 | 2\.4\.0
    | org\.contentauth\.c2pa_rs | \d+\.\d+\.\d+ | application/json | sha256
    | jumbf\ manifest | componentOf | none | withheld | [0-9a-f]{32} | [0-9a-f]{64}
    """,
    re.VERBOSE,
)

KEYS = set(
    """
    v log run cell_key frame inputs layer file incoming
    actions action parameters ingredients url hash alg pad digitalSourceType
    softwareAgent name version allActionsIncluded
    relationship dc:title dc:format description location size data_types type
    exclusions start length
    claim_generator_info specVersion instanceID signature
    created_assertions gathered_assertions redacted_assertions x5chain
    """.split()  # noqa: SIM905  # a list of words reads better without quotes
)


def source(chain: DevelopmentChain) -> bytes:
    """A generator's PNG with canaries in text, XMP, EXIF and in a manifest."""
    info, exif = PngInfo(), Image.Exif()
    info.add_text("parameters", f"{CANARY} Seed: {SEED}")
    info.add_itxt("XML:com.adobe.xmp", f"<x>{CANARY}</x>")
    exif[0x013B] = CANARY
    buffer, target = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (96, 72), "teal").save(buffer, "PNG", pnginfo=info, exif=exif)
    definition = {
        "claim_generator_info": [{"name": CANARY, "version": "1"}],
        "title": f"{CANARY}.png",
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {
                            "action": "c2pa.created",
                            "digitalSourceType": "http://cv.iptc.org/newscodes/"
                            "digitalsourcetype/trainedAlgorithmicMedia",
                            "parameters": {"com.canary.seed": SEED},
                        }
                    ]
                },
            }
        ],
    }
    settings = CredentialSettings().rendered("sign")
    signer = c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(b"es256", chain.chain_pem, chain.key_pem, None)
    )
    with signer, c2pa.Context.from_dict(settings) as context:
        builder = c2pa.Builder(definition, context=context)
        builder.sign(signer, "image/png", io.BytesIO(buffer.getvalue()), target)
    assert CANARY.encode() in target.getvalue()
    return target.getvalue()


@pytest.fixture(scope="module", params=["PNG", "JPEG"])
def sealed(
    request: pytest.FixtureRequest,
    sealer: Sealer,
    credential: FrameCredential,
    other_chain: DevelopmentChain,
) -> Sealed:
    original = source(other_chain)
    assert manifest_store_of(original) is not None
    composed = np.asarray(Image.open(io.BytesIO(original))) // 2
    buffer = io.BytesIO()
    Image.fromarray(composed).save(buffer, request.param)
    layer = replace(credential.layers[1], file=as_digest(sha256_hex(original)))
    stated = replace(credential, layers=(credential.layers[0], layer))
    media_type = f"image/{str(request.param).lower()}"
    return sealer.seal(buffer.getvalue(), media_type, stated)


def test_no_canary_of_a_source_is_in_the_sealed_file(sealed: Sealed) -> None:
    for canary in (CANARY, SEED, "canary", "Seed"):
        for spelling in (canary.encode(), canary.encode("utf-16-le")):
            assert spelling not in sealed.data


def test_nothing_of_this_machine_is_in_the_sealed_file(sealed: Sealed) -> None:
    here = Path(__file__).resolve()
    machine = {
        getpass.getuser(),
        socket.gethostname(),
        str(Path.home()),
        str(here.parents[3]),
        sys.prefix,
        "/home",
        "/tmp",  # noqa: S108  # looked for, not written to
        ".cargo",
    }
    machine.discard("root")  # a word of the certificates as well
    for name in machine:
        # A name of three letters turns up in compressed pixels by chance.
        where = sealed.data if len(name) > 4 else sealed.manifest
        assert len(name) < 4 or name.encode() not in where


def test_every_text_in_the_manifest_is_one_that_we_expect(sealed: Sealed) -> None:
    unexpected = [
        text
        for text in cbor_texts(sealed.manifest)
        if text not in KEYS and not EXPECTED.fullmatch(text)
    ]
    assert unexpected == []


def test_the_words_of_the_certificates_are_the_marked_ones(sealed: Sealed) -> None:
    start = sealed.manifest.index(b"c2pa.signature\0")
    words = {
        found.decode()
        for found in re.findall(rb"[A-Za-z][ -~]{7,}", sealed.manifest[start:])
    }
    named = {word for word in words if " " in word}
    assert named
    assert all("DEVELOPMENT ONLY, NOT FOR RELEASE" in word for word in named)


def cbor_texts(store: bytes) -> list[str]:
    """All texts in all CBOR boxes of a store, keys as well as values."""
    texts: list[str] = []
    for kind, body in boxes(store, 0, len(store)):
        if kind == b"jumd":
            texts.append(body[17:].partition(b"\0")[0].decode())
        elif kind == b"cbor":
            end = walk(body, 0, texts)
            assert end == len(body)
        else:
            assert kind in (b"jumb", b"c2sh"), kind
    return texts


def boxes(store: bytes, start: int, end: int) -> list[tuple[bytes, bytes]]:
    found = []
    while start < end:
        length = int.from_bytes(store[start : start + 4])
        kind = store[start + 4 : start + 8]
        found.append((kind, store[start + 8 : start + length]))
        if kind == b"jumb":
            found += boxes(store, start + 8, start + length)
        start += length
    assert start == end
    return found


def walk(body: bytes, at: int, texts: list[str]) -> int:
    """Read one CBOR item (RFC 8949, definite lengths) and note its texts."""
    major, small = body[at] >> 5, body[at] & 31
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(small, 0)
    value = int.from_bytes(body[at + 1 : at + 1 + size]) if size else small
    at += 1 + size
    if major in (2, 3):
        if major == 3:
            texts.append(body[at : at + value].decode())
        return at + value
    for _ in range({4: value, 5: 2 * value, 6: 1}.get(major, 0)):
        at = walk(body, at, texts)
    return at
