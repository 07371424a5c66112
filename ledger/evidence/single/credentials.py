"""Content credentials of sealed frames, where the `c2pa` package is installed."""

import importlib
import io
import json
from typing import Any

from ledger.evidence.single.encoding import demand

UNTRUSTED = "signingCredential.untrusted"
JUMBF = b"jumb"
NOT_READ = {"unreadable"}
MEDIA_TYPES = (
    (0, b"\x89PNG", "image/png"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (0, b"v/1\x01", "image/x-exr"),
    (0, b"SDPX", "image/x-dpx"),
    (0, b"XPDS", "image/x-dpx"),
)


def check_credentials(parts: dict[str, bytes]) -> int | None:
    """How many frames carry an intact manifest of their log; `None`: not checked here.

    Whether the signer is one whom the reader trusts is not looked at.
    """
    media = {name: raw for name, raw in parts.items() if name.startswith("media/")}
    try:
        c2pa: Any = importlib.import_module("c2pa")
    except ImportError:
        return None
    frames = {name: raw for name, raw in media.items() if raw[4:8] != JUMBF}
    for name, content in frames.items():
        beside = media.get(f"{name.rpartition('.')[0]}.c2pa")
        bad = _grave(c2pa, content, beside)
        if beside is not None and _grave(c2pa, content, None) != NOT_READ:
            bad = {"one manifest within and one beside"}
        demand(not bad, f"{name}: a credential that is not intact")
    return len(frames)


def _kind(content: bytes) -> str:
    for at, magic, kind in MEDIA_TYPES:
        if content.startswith(magic, at):
            return kind
    return "image/jpeg"


def _grave(c2pa: Any, content: bytes, beside: bytes | None) -> set[str]:
    kind = _kind(content)
    # Nothing may be fetched while a file is looked at.
    settings = {
        "core": {"allowed_network_hosts": []},
        "verify": {"ocsp_fetch": False, "remote_manifest_fetch": False},
    }
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(kind, io.BytesIO(content), beside, context=context) as reader,
        ):
            report = json.loads(reader.crjson())
        results = report["manifests"][0]["validationResults"]
        return {one["code"] for one in results.get("failure", [])} - {UNTRUSTED}
    except (c2pa.C2paError, ValueError, KeyError, TypeError, IndexError):
        return NOT_READ
