"""The c2pa settings are closed: nothing unknown, nothing automatic, no network."""

import pytest

from pipeline.credentials.settings import CredentialSettings
from pipeline.errors import SettingsError


@pytest.mark.parametrize(
    "raw",
    [
        {"thumbnail": False},
        {"verify_after_signing": True},
        {"verify_after_sign": "yes"},
        {"roots_pem": ["text"]},
        {"max_manifest_mb": 0},
    ],
)
def test_an_unknown_name_or_type_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        CredentialSettings.parse(raw)


def test_known_names_are_taken() -> None:
    assert CredentialSettings.parse({"verify_after_sign": True}).verify_after_sign


def test_roots_that_are_no_certificates_are_refused() -> None:
    with pytest.raises(SettingsError):
        CredentialSettings(roots_pem=(b"-----BEGIN NOTHING-----",)).rendered("read")


@pytest.mark.parametrize("use", ["sign", "read"])
def test_thumbnails_network_and_automatic_actions_are_off(use: str) -> None:
    assert use in ("sign", "read")
    rendered = CredentialSettings().rendered("sign" if use == "sign" else "read")
    assert rendered["builder"]["thumbnail"] == {"enabled": False}
    assert rendered["core"]["allowed_network_hosts"] == []
    assert rendered["verify"]["remote_manifest_fetch"] is False
    assert rendered["verify"]["ocsp_fetch"] is False
    assert rendered["builder"]["actions"] == {
        "auto_created_action": {"enabled": False},
        "auto_opened_action": {"enabled": False},
        "auto_placed_action": {"enabled": False},
    }


def test_without_roots_nobody_is_trusted() -> None:
    assert CredentialSettings().rendered("read")["trust"] == {"anchors": []}
