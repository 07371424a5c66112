"""Content credentials of sealed frames, where the `c2pa` package is installed."""

import importlib
import io
import json
from typing import Any

from ledger.evidence.single.encoding import demand

UNTRUSTED = "signingCredential.untrusted"


def check_credentials(parts: dict[str, bytes]) -> int | None:
    """How many frames carry an intact manifest of their log; `None`: not checked here.

    Whether the signer is one whom the reader trusts is not looked at.
    """
    media = {name: raw for name, raw in parts.items() if name.startswith("media/")}
    try:
        c2pa: Any = importlib.import_module("c2pa")
    except ImportError:
        return None
    for name, content in media.items():
        demand(not _grave(c2pa, content), f"{name}: a credential that is not intact")
    return len(media)


def _grave(c2pa: Any, content: bytes) -> set[str]:
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    # Nothing may be fetched while a file is looked at.
    settings = {
        "core": {"allowed_network_hosts": []},
        "verify": {"ocsp_fetch": False, "remote_manifest_fetch": False},
    }
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(kind, io.BytesIO(content), context=context) as reader,
        ):
            report = json.loads(reader.crjson())
        results = report["manifests"][0]["validationResults"]
        return {one["code"] for one in results.get("failure", [])} - {UNTRUSTED}
    except (c2pa.C2paError, ValueError, KeyError, TypeError, IndexError):
        return {"unreadable"}
