"""What clips cost: writing, opening, reading, sealing; CPU ms.

    python -m tests.benchmarks.bench_video [--frames 24] [--size 1080p]

Prints one JSON document. Pictures are crops that move over an enlarged photograph, so
that codecs have something to do. Each figure is the least of three.
"""

import argparse
import hashlib
import io
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np

from ledger.keys.certificates import make_development_chain
from pipeline.credentials.sealer import Sealer
from pipeline.frames.video import Video
from pipeline.frames.video_planes import Coding, Sampling, to_planes, to_rgb
from pipeline.frames.video_writing import VideoEncoding, VideoOutput, write_video
from tests.benchmarks.bench_seal import SIZES, frame_credential
from tests.simulators.small_clips import Pixels, pictures

CLIPS: list[tuple[VideoEncoding, int]] = [
    ("h264", 8),
    ("hevc", 8),
    ("hevc", 10),
    ("prores", 10),
    ("prores-4444", 10),
]


def cpu_ms(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(3):
        start = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - start))
    return min(spent)


def decoded_only(raw: bytes) -> int:
    """FFmpeg alone, one thread: what reading cannot cost less than."""
    with av.open(io.BytesIO(raw), "r") as container:
        container.streams.video[0].codec_context.thread_count = 1
        return len(list(cast("Any", container).decode(video=0)))


def measured(
    frames: list[Pixels], output: VideoOutput, sealer: Sealer
) -> dict[str, Any]:
    def write() -> bytes:
        buffer = io.BytesIO()
        write_video(buffer, frames, 8, output)
        return buffer.getvalue()

    raw, name, count = write(), f"x{output.suffix}", len(frames)
    video = Video(io.BytesIO(raw), name)
    sealed = sealer.seal(raw, output.media_type, frame_credential())
    seal = cpu_ms(lambda: sealer.seal(raw, output.media_type, frame_credential()))
    return {
        "encoder": output.encoder,
        "megabytes": round(len(raw) / 1e6, 2),
        "write_a_frame": round(cpu_ms(write) / count, 1),
        "open": round(cpu_ms(lambda: Video(io.BytesIO(raw), name)), 1),
        "read_a_frame": round(
            cpu_ms(lambda: sum(1 for _ in video.frames())) / count, 1
        ),
        "decode_alone_a_frame": round(cpu_ms(lambda: decoded_only(raw)) / count, 1),
        "seal_the_clip": round(seal, 1),
        "sha256_of_the_clip": round(cpu_ms(lambda: hashlib.sha256(raw).digest()), 1),
        "bytes_added": len(sealed.data) - len(raw),
    }


def converted(frame: Pixels) -> dict[str, float]:
    found = {}
    for chroma, sampling in (("420", Sampling(2, 2)), ("444", Sampling(1, 1))):
        coding = Coding(bits=8, sampling=sampling, matrix="bt709", limited=True)
        planes = to_planes(frame, 8, coding)
        found[f"to_planes_{chroma}"] = cpu_ms(lambda c=coding: to_planes(frame, 8, c))  # type: ignore[misc]
        found[f"to_rgb_{chroma}"] = cpu_ms(lambda p=planes, c=coding: to_rgb(p, c))  # type: ignore[misc]
    return {name: round(spent, 1) for name, spent in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--size", choices=SIZES, default="1080p")
    asked = parser.parse_args()
    width, height = SIZES[asked.size]
    frames = pictures(max(2, asked.frames), width, height)
    chain = make_development_chain("benchmark", datetime.now(UTC))
    with Sealer(chain.chain_pem, chain.key_pem) as sealer:
        clips = [
            measured(
                frames,
                VideoOutput(
                    encoding=encoding,
                    rate=Fraction(24),
                    width=width,
                    height=height,
                    bits=bits,
                ),
                sealer,
            )
            for encoding, bits in CLIPS
        ]
    report = {
        "frames": len(frames),
        "size": asked.size,
        "numpy": np.__version__,
        "a_frame": converted(frames[0]),
        "clips": clips,
    }
    print(json.dumps(report, indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
