"""Our assertion counts only if the signer made it, once, with plain values."""

from typing import Any

import pytest

from ledger.keys.certificates import DevelopmentChain
from pipeline.credentials.manifest import (
    FRAME_LABEL,
    FrameCredential,
    manifest_definition,
)
from pipeline.credentials.reader import CredentialReading, read_credential
from pipeline.credentials.sealer import Sealer
from pipeline.credentials.selftest import check_settings
from pipeline.credentials.settings import CredentialSettings
from pipeline.errors import ManifestRefusedError, SettingsError


def reading_of(
    sealer: Sealer, png: bytes, definition: dict[str, Any]
) -> CredentialReading:
    sealed = sealer._sign(png, "image/png", definition)
    return read_credential(sealed.data, "image/png", None)


@pytest.fixture
def definition(credential: FrameCredential) -> dict[str, Any]:
    return manifest_definition(credential)


def test_arrays_of_numbers_survive_reading(
    sealer: Sealer, png: bytes, definition: dict[str, Any]
) -> None:
    numbers = [96, 384, -3, 2**40]
    definition["assertions"][1]["data"]["numbers"] = numbers
    reading = reading_of(sealer, png, definition)
    assert reading.frame_assertion is not None
    assert reading.frame_assertion["numbers"] == numbers


def test_an_assertion_that_the_signer_only_gathered_does_not_count(
    png: bytes,
    definition: dict[str, Any],
    chain: DevelopmentChain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    definition["assertions"][1]["created"] = False
    rendered = CredentialSettings().rendered("sign")
    rendered["builder"].pop("created_assertion_labels")
    with monkeypatch.context() as patched:
        patched.setattr(CredentialSettings, "rendered", lambda *_: rendered)
        lax = Sealer(chain.chain_pem, chain.key_pem)
    with lax:
        reading = reading_of(lax, png, definition)
    assert reading.state == "valid"
    assert reading.frame_assertion is None
    assert "kr.jangbu.frame.notVouched" in reading.codes


@pytest.mark.parametrize("values", [{"x": 1.5}, {"x": None}, {"장부": 1}])
def test_an_assertion_with_other_values_than_canonical_json_does_not_count(
    sealer: Sealer, png: bytes, definition: dict[str, Any], values: dict[str, Any]
) -> None:
    definition["assertions"][1]["data"].update(values)
    assert reading_of(sealer, png, definition).frame_assertion is None


def test_two_assertions_of_ours_do_not_count(
    sealer: Sealer, png: bytes, definition: dict[str, Any]
) -> None:
    second = {"label": FRAME_LABEL, "created": True, "data": {"v": 1}}
    definition["assertions"].append(second)
    assert reading_of(sealer, png, definition).frame_assertion is None


def test_a_manifest_of_others_has_no_assertion_and_no_reproach(
    sealer: Sealer, png: bytes, definition: dict[str, Any]
) -> None:
    del definition["assertions"][1]
    reading = reading_of(sealer, png, definition)
    assert reading.frame_assertion is None
    assert reading.codes == ("signingCredential.untrusted",)


def test_what_c2pa_refuses_is_our_error_with_its_cause(
    sealer: Sealer, png: bytes, definition: dict[str, Any]
) -> None:
    definition["assertions"][0]["data"]["actions"][1]["parameters"] = {
        "ingredientIds": ["layer-9"]
    }
    with pytest.raises(ManifestRefusedError) as caught:
        reading_of(sealer, png, definition)
    assert type(caught.value.__cause__).__module__.startswith("c2pa")


def test_the_self_test_notices_that_trust_lists_are_ignored(
    sealer: Sealer, chain: DevelopmentChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = CredentialSettings(roots_pem=(chain.root_pem,)).rendered("read")
    monkeypatch.setattr(CredentialSettings, "rendered", lambda *_: rendered)
    with pytest.raises(SettingsError, match="no trust without a root"):
        check_settings(sealer, chain.root_pem)
