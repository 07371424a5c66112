"""What sealing costs, against the least that it could cost.

    python tests/benchmarks/bench_seal.py [--seals 40] [--size 1080p] [--format exr]

Prints one JSON document. The floor is what no seal can do without: read the encoded
frame, SHA-256 it, sign once with ES256, write it. CPU time is the minimum and the
median over all seals, since wall time depends on what else the machine does. Synthetic
pictures: smooth, with grain.
"""

import argparse
import hashlib
import io
import json
import os
import resource
import statistics
import struct
import tempfile
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import OpenEXR
import simplejpeg
import tifffile
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fpng_py_fix import fpng_encode_image_to_memory
from PIL import Image

from ledger.keys.certificates import DevelopmentChain, make_development_chain
from ledger.records.identity import (
    as_digest,
    as_origin,
    as_statement_id,
    as_token,
    as_uid,
)
from pipeline.credentials.manifest import FrameCredential, LayerCredential
from pipeline.credentials.reader import read_credential
from pipeline.credentials.sealer import Sealer
from pipeline.credentials.settings import CredentialSettings

SIZES = {"1080p": (1920, 1080), "2160p": (3840, 2160)}
FORMATS = {
    "png": "image/png",
    "png16": "image/png",
    "jpeg": "image/jpeg",
    "tiff8": "image/tiff",
    "tiff16": "image/tiff",
    "webp": "image/webp",
    "exr": "image/x-exr",
}


def frame_credential() -> FrameCredential:
    layers = tuple(
        LayerCredential(
            layer=place,
            element=as_uid(f"{place:032x}"),
            source_type="digitalCapture",
            file=as_digest(f"{place:064x}"),
        )
        for place in range(2)
    )
    return FrameCredential(
        log=as_origin("jangbu.invalid/0123456789abcdef"),
        run=as_statement_id("12" * 32),
        cell_key=as_digest("34" * 32),
        frame=1001,
        layers=layers,
        source_type="composite",
        version=as_token("0.1.0"),
        tools=(as_token("picture/1"),),
    )


def picture(kind: str, width: int, height: int) -> bytes:
    """A smooth picture with grain: compresses like a photograph, not like noise."""
    generator = np.random.default_rng(11)
    coarse = generator.integers(0, 256, (18, 32, 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((width, height)), np.int16)
    grain = generator.normal(0, 4, smooth.shape)
    frame = np.clip(smooth + grain, 0, 255).astype(np.uint8)
    return encoded(kind, frame)


def encoded(kind: str, frame: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    height, width = frame.shape[:2]
    deep = frame.astype(np.uint16) * 257
    match kind:
        case "png":
            pixels = frame.tobytes()
            return bytes(fpng_encode_image_to_memory(pixels, width, height, 3))
        case "png16":
            return single_idat(deep)
        case "jpeg":
            return bytes(simplejpeg.encode_jpeg(frame, quality=92, colorspace="RGB"))
        case "tiff8" | "tiff16":
            buffer = io.BytesIO()
            samples = frame if kind == "tiff8" else deep
            plain: dict[str, Any] = {"software": False, "metadata": None}
            tifffile.imwrite(buffer, samples, photometric="rgb", **plain)
            return buffer.getvalue()
        case "webp":
            return bytes(imagecodecs.webp_encode(frame, level=90))
        case _:
            return uncompressed_exr(frame)


def single_idat(samples: np.ndarray[Any, np.dtype[np.uint16]]) -> bytes:
    """Sixteen bits in one IDAT, as the pipeline writes them; filter 0, fast deflate."""
    height, width = samples.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in samples.astype(">u2"))
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body))
        + name
        + body
        + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))
        for name, body in chunks
    )


def uncompressed_exr(frame: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    samples = (frame / np.float32(255)).astype(np.float16)
    said = {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.exr"
        OpenEXR.File(said, {"RGB": samples}).write(str(path))
        return path.read_bytes()


def cpu_ms(work: Callable[[], object], times: int) -> dict[str, float]:
    spent = []
    for _ in range(times):
        start = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - start))
    return {
        "min": round(min(spent), 3),
        "median": round(statistics.median(spent), 3),
    }


def memory_kb() -> int:
    """Resident now where the system tells, else the peak."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(
    picture: bytes, media_type: str, chain: DevelopmentChain, seals: int, folder: Path
) -> dict[str, Any]:
    source, target = folder / "encoded", folder / "sealed"
    source.write_bytes(picture)
    key = ec.generate_private_key(ec.SECP256R1())
    credential = frame_credential()

    def floor() -> None:
        content = source.read_bytes()
        digest = hashlib.sha256(content).digest()
        key.sign(digest, ec.ECDSA(hashes.SHA256()))
        target.write_bytes(content)

    with Sealer(chain.chain_pem, chain.key_pem) as sealer:

        def seal() -> None:
            content = source.read_bytes()
            sealed = sealer.seal(content, media_type, credential)
            target.write_bytes(sealed.data)
            if sealed.beside:
                target.with_suffix(".c2pa").write_bytes(sealed.manifest)

        seal()
        before = memory_kb()
        in_memory = cpu_ms(lambda: sealer.seal(picture, media_type, credential), seals)
        grown = memory_kb() - before
        with_files = cpu_ms(seal, seals)
        sealed = sealer.seal(picture, media_type, credential)
    checked = CredentialSettings(verify_after_sign=True)
    with Sealer(chain.chain_pem, chain.key_pem, checked) as careful:
        careful_ms = cpu_ms(
            lambda: careful.seal(picture, media_type, credential), seals // 4
        )
    beside = sealed.manifest if sealed.beside else None
    least = cpu_ms(floor, seals)
    digest_ms = cpu_ms(lambda: hashlib.sha256(picture).digest(), seals)
    reading = cpu_ms(
        lambda: read_credential(sealed.data, media_type, chain.root_pem, beside),
        seals // 4,
    )
    return {
        "picture_bytes": len(picture),
        "bytes_added": len(sealed.data) - len(picture) + len(beside or b""),
        "seal_cpu_ms": in_memory,
        "seal_with_files_cpu_ms": with_files,
        "seal_checked_by_c2pa_cpu_ms": careful_ms,
        "read_cpu_ms": reading,
        "sha256_cpu_ms": digest_ms,
        "floor_cpu_ms": least,
        "times_sha256": round(in_memory["min"] / digest_ms["min"], 2),
        "times_floor": round(with_files["min"] / least["min"], 2),
        "memory_grown_kb": grown,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seals", type=int, default=40)
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--format", choices=FORMATS, action="append")
    asked = parser.parse_args()
    seals = max(4, asked.seals)
    chain = make_development_chain("benchmark", datetime.now(UTC))
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in asked.size or SIZES:
            for kind in asked.format or FORMATS:
                made = picture(kind, *SIZES[size])
                found.setdefault(size, {})[kind] = measure(
                    made, FORMATS[kind], chain, seals, Path(folder)
                )
    print(json.dumps({"seals": seals, **found}, indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
