"""Inputs of a small production, with a token wherever words are left."""

import io
import json
import unicodedata
import zlib
from pathlib import Path
from typing import Any, Final

import c2pa
import numpy as np
from PIL import Image

from ledger.keys.certificates import DevelopmentChain
from pipeline.credentials.settings import CredentialSettings
from pipeline.frames.arrays import Frame, as_frame
from pipeline.frames.png import encode_matte_png
from tests.integration.privacy.tokens import TOKENS
from tests.simulators.picture_files import chunk, gradient, pillow_file, png
from tests.simulators.picture_files import with_segment as with_jpeg_segment

FRAMES: Final = range(1022, 1026)
"""Four frames in two cells."""

CREDENTIALED: Final = 1023
"""The frame whose plate comes with a manifest of its own."""

HEIGHT, WIDTH = 48, 64
_ARTIST, _MAKE, _EXIF, _COMMENT = 0x013B, 0x010F, 0x8769, 0x9286
_APP1, _COM = 0xE1, 0xFE


def plate_path(frame: int, form: str = "NFC") -> str:
    """A plate's path below the inputs; its folder is decomposed on disk."""
    folder = unicodedata.normalize(form, TOKENS["folder"])  # type: ignore[arg-type]
    return f"{folder}/{TOKENS['plate file']}.{frame}.png"


def background_path(frame: int) -> str:
    """A background's path below the inputs."""
    return f"{TOKENS['background file']}.{frame}.jpg"


def recipe_path(root: Path, name: str) -> Path:
    """The recipe of this name (`png`, `jpeg`, `offline`)."""
    return root / f"{TOKENS['recipe file']}.{name}.toml"


def plant(root: Path, chain: DevelopmentChain) -> None:
    """Write pictures, a generator's record, recipes and a registry."""
    root.mkdir(parents=True)
    (root / plate_path(0, "NFD")).parent.mkdir()
    for frame in FRAMES:
        plate = _plate(frame)
        if frame == CREDENTIALED:
            plate = _with_manifest(plate, chain)
        (root / plate_path(frame, "NFD")).write_bytes(plate)
        (root / background_path(frame)).write_bytes(_background(frame))
    (root / f"{TOKENS['matte file']}.png").write_bytes(_matte())
    record = json.dumps(_record(), ensure_ascii=False)
    (root / f"{TOKENS['record file']}.json").write_text(record, "utf-8")
    for name, shot, output in (
        ("png", "PNG shot", 'format = "png"'),
        ("jpeg", "JPEG shot", 'format = "jpeg"'),
        ("offline", "PNG shot", 'format = "jpeg"\nquality = 80'),
    ):
        text = recipe(TOKENS[shot], output)
        recipe_path(root, name).write_text(text, "utf-8")
    (root / "production.toml").write_text(registry(), "utf-8")


def recipe(shot: str, output: str = 'format = "png"') -> str:
    """A recipe of two layers: a background, and a generated plate under a matte."""
    plate = plate_path(1022).replace("1022", "%04d")
    background = background_path(1022).replace("1022", "####")
    return f"""
        [shot]
        code = "{shot}"
        frames = "{FRAMES.start}-{FRAMES.stop - 1}"
        [[layer]]
        element = "{TOKENS["bottom element"]}"
        source = "{background}"
        source_type = "digitalCapture"
        [[layer]]
        element = "{TOKENS["top element"]}"
        source = "{plate}"
        source_type = "trainedAlgorithmicMedia"
        matte = "{TOKENS["matte file"]}.png"
        generation = "{TOKENS["record file"]}.json"
        [output]
        {output}
    """


def registry() -> str:
    """A production with one company, one person, two elements and two shots."""
    return f"""
        [production]
        title = "{TOKENS["title"]}"
        [[party]]
        type = "organisation"
        name = "{TOKENS["company"]}"
        [[party]]
        type = "person"
        name = "{TOKENS["person"]}"
        [[element]]
        name = "{TOKENS["bottom element"]}"
        [[element]]
        name = "{TOKENS["top element"]}"
        [[shot]]
        code = "{TOKENS["PNG shot"]}"
        [[shot]]
        code = "{TOKENS["JPEG shot"]}"
    """


def _record() -> dict[str, Any]:
    return {
        "provider": "local",
        "model": "creature-maker",
        "model_version": "1.0",
        "source_type": "trainedAlgorithmicMedia",
        "asked_at": "2026-11-22T08:30:00.000000Z",
        "prompt": f"어두운 집 안의 {TOKENS['prompt']}",
        "seed": int(TOKENS["seed"]),
        "parameters": {"steps": 20, "styles": ["flat", TOKENS["parameter"]]},
    }


def _plate(frame: int) -> bytes:
    picture = as_frame(np.roll(gradient(HEIGHT, WIDTH), frame, axis=1))
    xmp = f"<x>{TOKENS['PNG xmp']}</x>".encode()
    text = unicodedata.normalize("NFD", TOKENS["zTXt"]).encode()
    before = [
        chunk(b"eXIf", _exif({_ARTIST: TOKENS["PNG artist"]})),
        chunk(b"tEXt", b"parameters\0steps 20, " + TOKENS["tEXt"].encode()),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(text)),
        chunk(b"iTXt", b"prompt\0\1\0ko\0\0" + zlib.compress(TOKENS["iTXt"].encode())),
    ]
    after = [chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)]
    return png(picture, before, after)


def _background(frame: int) -> bytes:
    picture: Frame = as_frame(np.roll(gradient(HEIGHT, WIDTH), -frame, axis=0))
    exif = _exif({_ARTIST: TOKENS["artist"], _MAKE: TOKENS["make"]}, TOKENS["comment"])
    jpeg = pillow_file(picture, "JPEG", quality=95)
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x>" + TOKENS["xmp"].encode() + b"</x>"
    jpeg = with_jpeg_segment(jpeg, _COM, TOKENS["remark"].encode())
    jpeg = with_jpeg_segment(jpeg, _APP1, xmp)
    return with_jpeg_segment(jpeg, _APP1, b"Exif\0\0" + exif)


def _matte() -> bytes:
    grey = np.zeros((HEIGHT, WIDTH), np.uint8)
    grey[8:40, 16:48] = 255
    made = encode_matte_png(grey)
    note = chunk(b"tEXt", b"Comment\0" + TOKENS["matte text"].encode())
    return made[:-12] + note + made[-12:]


def _exif(tags: dict[int, str], comment: str = "") -> bytes:
    exif = Image.Exif()
    for tag, text in tags.items():
        exif[tag] = text
    if comment:
        exif.get_ifd(_EXIF)[_COMMENT] = b"UNICODE\0" + comment.encode("utf-16-le")
    return exif.tobytes().removeprefix(b"Exif\0\0")


def _with_manifest(picture: bytes, chain: DevelopmentChain) -> bytes:
    definition = {
        "claim_generator_info": [{"name": "elsewhere", "version": "1"}],
        "title": f"{TOKENS['manifest title']}.png",
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {
                            "action": "c2pa.created",
                            "digitalSourceType": "http://cv.iptc.org/newscodes/"
                            "digitalsourcetype/trainedAlgorithmicMedia",
                        }
                    ]
                },
            },
            {
                "label": "com.elsewhere.request",
                "data": {"prompt": TOKENS["manifest assertion"]},
            },
        ],
    }
    settings = CredentialSettings().rendered("sign")
    signer = c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(b"es256", chain.chain_pem, chain.key_pem, None)
    )
    target = io.BytesIO()
    with signer, c2pa.Context.from_dict(settings) as context:
        builder = c2pa.Builder(definition, context=context)
        builder.sign(signer, "image/png", io.BytesIO(picture), target)
    return target.getvalue()
