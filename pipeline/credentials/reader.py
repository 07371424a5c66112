"""Reading what a sealed file says, and whether it can be believed.

Only crJSON is read: c2pa's other report shows arrays of integers as base64 of their
values modulo 256, and drops negative ones. An outcome is a value, never an exception:
a tampered frame is a finding, and so is a file that c2pa cannot make sense of.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, cast

import c2pa

from ledger.encoding.canonical import JsonValue, encode
from ledger.errors import MalformedRecordError
from pipeline.credentials.jumbf import as_manifest_store, manifest_store_of
from pipeline.credentials.kinds import KINDS
from pipeline.credentials.manifest import FRAME_LABEL
from pipeline.credentials.settings import CredentialSettings
from pipeline.errors import UnreadableFrameError

CredentialState: TypeAlias = Literal["trusted", "valid", "invalid", "absent"]
CrJson: TypeAlias = dict[str, Any]

_TRUSTED: Final = "signingCredential.trusted"
_UNTRUSTED: Final = "signingCredential.untrusted"

# Codes of ours, for what c2pa answers with a sentence.
_UNREADABLE: Final = "kr.jangbu.unreadable"
_OTHER_TYPE: Final = "kr.jangbu.other_media_type"
_TWO_STORES: Final = "kr.jangbu.two_manifest_stores"
_NOT_VOUCHED: Final = "kr.jangbu.frame.notVouched"


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialReading:
    """What a file's credentials say.

    Attributes:
        state: `trusted` is valid and signed under one of the roots given; `valid` is
            intact by an unknown signer; `absent` means no manifest in the file.
        frame_assertion: our assertion of the active manifest; `None` if there is
            none that the signer vouches for, or if the state is not trusted or valid.
        codes: what spoke against it, as c2pa's status codes or ours, sorted.
        signer: the leaf's names as the certificate writes them; empty if unread.
    """

    state: CredentialState
    frame_assertion: dict[str, JsonValue] | None = None
    codes: tuple[str, ...] = ()
    signer: dict[str, str] = field(default_factory=dict)


def read_credential(
    data: bytes,
    media_type: str,
    roots_pem: bytes | None,
    sidecar: bytes | None = None,
) -> CredentialReading:
    """Read a file's credentials, without any network.

    Args:
        data: the file.
        media_type: what it is said to be.
        roots_pem: the authorities to trust; `None` trusts nobody.
        sidecar: the manifest store that lies beside the file, if one does. A file
            with a store within as well is invalid: readers would not agree about
            which one speaks.
    """
    kind = KINDS.get(media_type)
    if kind is None or not kind.fits(data):
        return CredentialReading(state="invalid", codes=(_OTHER_TYPE,))
    try:
        within = manifest_store_of(data)
        beside = None if sidecar is None else as_manifest_store(sidecar)
    except UnreadableFrameError:
        return CredentialReading(state="invalid", codes=(_UNREADABLE,))
    if within is None and beside is None:
        return CredentialReading(state="absent")
    if within is not None and beside is not None:
        return CredentialReading(state="invalid", codes=(_TWO_STORES,))
    report = _report(data, media_type, roots_pem, beside)
    if report is None:
        return CredentialReading(state="invalid", codes=(_UNREADABLE,))
    return _judged(report)


def _report(
    data: bytes, media_type: str, roots_pem: bytes | None, beside: bytes | None
) -> CrJson | None:
    roots = () if roots_pem is None else (roots_pem,)
    settings = CredentialSettings(roots_pem=roots).rendered("read")
    try:
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(
                media_type, io.BytesIO(data), manifest_data=beside, context=context
            ) as reader,
        ):
            report = json.loads(reader.crjson())
    except (c2pa.C2paError, json.JSONDecodeError):
        return None
    return report if _is_report(report) else None


def _is_report(report: Any) -> bool:  # noqa: ANN401  # whatever c2pa wrote
    manifests = report.get("manifests") if isinstance(report, dict) else None
    return (
        isinstance(manifests, list)
        and bool(manifests)
        and all(isinstance(one, dict) for one in manifests)
        and isinstance(manifests[0].get("validationResults"), dict)
    )


def _judged(report: CrJson) -> CredentialReading:
    active = report["manifests"][0]
    failures = set(_failures(active))
    grave = failures - {_UNTRUSTED}
    codes = set(failures)
    state: CredentialState = "invalid" if grave else "valid"
    if not failures and _TRUSTED in _codes(active["validationResults"], "success"):
        state = "trusted"
    assertion = None
    if state != "invalid":
        assertion = _vouched(active)
        if assertion is None and FRAME_LABEL in active.get("assertions", {}):
            codes.add(_NOT_VOUCHED)
    return CredentialReading(
        state=state,
        frame_assertion=assertion,
        codes=tuple(sorted(codes)),
        signer=_signer(active),
    )


def _failures(active: CrJson) -> Iterator[str]:
    """Codes that speak against the active manifest or what it was made of."""
    yield from _codes(active["validationResults"], "failure")
    for delta in active.get("ingredientDeltas", []):
        yield from _codes(delta.get("validationDeltas", {}), "failure")


def _codes(results: CrJson, list_name: str) -> list[str]:
    return [str(one.get("code", _UNREADABLE)) for one in results.get(list_name, [])]


def _vouched(active: CrJson) -> dict[str, JsonValue] | None:
    """Our assertion, if the signer made it, it stands there once and is plain."""
    claim = active.get("claim.v2", {})
    created = [str(one.get("url", "")) for one in claim.get("created_assertions", [])]
    labels = [url.rpartition("/")[2] for url in created]
    # A second one of the same label is numbered: kr.jangbu.frame__1.
    ours = [label for label in labels if label.partition("__")[0] == FRAME_LABEL]
    value = active.get("assertions", {}).get(FRAME_LABEL)
    if not isinstance(value, dict) or ours != [FRAME_LABEL]:
        return None
    try:
        encode(value)
    except MalformedRecordError:
        return None
    return cast("dict[str, JsonValue]", value)


def _signer(active: CrJson) -> dict[str, str]:
    subject = active.get("signature", {}).get("certificateInfo", {}).get("subject", {})
    return {str(name): str(value) for name, value in subject.items()}
