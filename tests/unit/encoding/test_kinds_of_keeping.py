"""What the bodies about keys and keeping may not be."""

from collections.abc import Mapping
from typing import Any

import pytest

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import check
from ledger.errors import MalformedRecordError
from tests.simulators.key_story import key_id, own, public

LOG = "jangbu.invalid/0123456789abcdef"
ONE, OTHER = sorted(sha256_hex(name) for name in (b"one", b"other"))
AT = "2026-11-22T08:30:00.000000Z"
PRIVATE = {"#": ONE}
POINT = {"size": 9, "root": ONE}

ROTATION = {**own("2"), "reason": "scheduled", "continues": POINT}
STOLEN = {**ROTATION, "reason": "compromised", "good_until": 9}
SUCCESSION = {"log": LOG, "size": 9, "root": ONE}
REVOCATION = {"key_id": key_id("p"), "good_until": 0, "reason": "left"}
COUNTERSIGNATURE = {"of": [ONE, OTHER], "role": "guild"}
ANCHOR = {
    **POINT,
    "authority": "document-centre",
    "on": "2026-11-22",
    "certificate": PRIVATE,
}
HOLD = {"basis": "litigation", "party": PRIVATE, "notice": PRIVATE}
DISPOSITION = {"purged": [ONE, OTHER], "basis": "retention-ended"}


def accepted(kind: str, body: Mapping[str, Any], **more: Any) -> bool:  # noqa: ANN401
    envelope: dict[str, Any] = {
        "v": 1,
        "log": LOG,
        "kind": kind,
        "key": "7f" * 16,
        "prev": [],
        "scope": {},
        "body": body,
        **more,
    }
    try:
        check(canonical.encode(envelope))
    except MalformedRecordError:
        return False
    return True


GOOD = [
    ("rotation.1", ROTATION, {}),
    ("rotation.1", STOLEN, {}),
    ("rotation.1", {**ROTATION, "reason": "lost"}, {}),
    ("rotation.1", {**ROTATION, "reason": "lost", "good_until": 3}, {}),
    ("succession.1", SUCCESSION, {}),
    ("revocation.1", REVOCATION, {}),
    ("countersignature.1", COUNTERSIGNATURE, {"at": AT}),
    ("anchor.1", ANCHOR, {}),
    ("hold.1", HOLD, {}),
    ("hold.1", {"basis": "pipa"}, {"scope": {"shot": "50" * 16}}),
    ("hold.1", HOLD, {"scope": {"shot": "50" * 16, "element": "51" * 16}}),
    ("disposition.1", DISPOSITION, {}),
]


@pytest.mark.parametrize(("kind", "body", "more"), GOOD)
def test_the_form_of_the_page_is_accepted(
    kind: str, body: Mapping[str, Any], more: Mapping[str, Any]
) -> None:
    assert accepted(kind, body, **more)


@pytest.mark.parametrize(
    "other",
    [
        {"log_key": public("recovery 2").hex()},
        {"admission_roots": [public("log 2").hex()]},
        {"admission_roots": [public("root 2").hex()] * 2},
        {"admission_roots": []},
        {"log_key": "00" * 32},
        {"good_until": 9},
        {"reason": "compromised"},
        {"reason": "compromised", "good_until": 10},
        {"reason": "lost", "good_until": 10},
        {"reason": "lost", "good_until": 0},
        {"reason": "left"},
        {"continues": {"size": 0, "root": ONE}},
        {"continues": None},
    ],
)
def test_a_rotation_that_contradicts_itself_is_refused(
    other: Mapping[str, Any],
) -> None:
    given = {**ROTATION, **other}
    body = {name: value for name, value in given.items() if value is not None}
    assert not accepted("rotation.1", body)


@pytest.mark.parametrize(
    ("kind", "body", "more"),
    [
        ("succession.1", {**SUCCESSION, "size": 0}, {}),
        ("revocation.1", {**REVOCATION, "good_until": -1}, {}),
        ("revocation.1", {**REVOCATION, "reason": "scheduled"}, {}),
        ("countersignature.1", {**COUNTERSIGNATURE, "of": [ONE, ONE]}, {"at": AT}),
        ("countersignature.1", {**COUNTERSIGNATURE, "of": []}, {"at": AT}),
        ("countersignature.1", COUNTERSIGNATURE, {}),
        ("anchor.1", {**ANCHOR, "authority": "court"}, {}),
        ("anchor.1", {**ANCHOR, "certificate": ONE}, {}),
        ("anchor.1", {**ANCHOR, "on": "2026-02-30"}, {}),
        ("hold.1", {**HOLD, "basis": "Some Reason"}, {}),
        ("hold.1", HOLD, {"scope": {"take": "50" * 16}}),
        ("disposition.1", {**DISPOSITION, "purged": [OTHER, ONE]}, {}),
        ("disposition.1", {**DISPOSITION, "purged": [ONE, ONE]}, {}),
        ("disposition.1", {**DISPOSITION, "purged": []}, {}),
    ],
)
def test_another_form_is_refused(
    kind: str, body: Mapping[str, Any], more: Mapping[str, Any]
) -> None:
    assert not accepted(kind, body, **more)


@pytest.mark.parametrize("kind", ["rotation.1", "succession.1", "revocation.1"])
def test_what_decides_about_keys_is_not_taken_back(kind: str) -> None:
    act = {"verb": "withdraw", "of": ONE}
    assert not accepted(kind, {}, act=act)
    assert accepted("hold.1", {}, act=act)
