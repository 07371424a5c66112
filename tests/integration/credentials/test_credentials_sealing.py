"""Frames are sealed and read back with the real c2pa library."""

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ledger.keys.certificates import DevelopmentChain
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.credentials.manifest import FrameCredential, frame_assertion
from pipeline.credentials.reader import read_credential
from pipeline.credentials.sealer import Sealer
from pipeline.credentials.selftest import MOST_BYTES_ADDED, check_settings
from pipeline.credentials.settings import CredentialSettings
from pipeline.errors import ManifestRefusedError, SettingsError

Picture = tuple[bytes, str]


def test_a_sealed_frame_is_trusted_and_gives_our_assertion_back(
    sealer: Sealer,
    picture: Picture,
    credential: FrameCredential,
    chain: DevelopmentChain,
) -> None:
    sealed = sealer.seal(*picture, credential)
    reading = read_credential(sealed.data, picture[1], chain.root_pem)
    assert reading.state == "trusted"
    assert reading.codes == ()
    assert reading.frame_assertion == frame_assertion(credential)
    assert "DEVELOPMENT ONLY" in reading.signer["O"]


@pytest.mark.parametrize("frame", [-86400, 0, 2**53 - 1])
def test_numbers_survive_whatever_their_size_and_sign(
    sealer: Sealer, picture: Picture, credential: FrameCredential, frame: int
) -> None:
    sealed = sealer.seal(*picture, replace(credential, frame=frame))
    reading = read_credential(sealed.data, picture[1], None)
    assert reading.frame_assertion is not None
    assert reading.frame_assertion["frame"] == frame


def test_the_manifest_is_in_the_file_byte_for_byte(
    sealer: Sealer, picture: Picture, credential: FrameCredential
) -> None:
    sealed = sealer.seal(*picture, credential)
    store = manifest_store_of(sealed.data)
    assert store is not None
    assert hashlib.sha256(store).digest() == hashlib.sha256(sealed.manifest).digest()


def test_sealing_leaves_the_pixels_alone(
    sealer: Sealer, picture: Picture, credential: FrameCredential
) -> None:
    sealed = sealer.seal(*picture, credential)
    before = np.asarray(Image.open(io.BytesIO(picture[0])))
    after = np.asarray(Image.open(io.BytesIO(sealed.data)))
    assert np.array_equal(before, after)


def test_two_seals_differ_and_both_hold(
    sealer: Sealer,
    picture: Picture,
    credential: FrameCredential,
    chain: DevelopmentChain,
) -> None:
    one, other = (sealer.seal(*picture, credential) for _ in range(2))
    assert one.manifest != other.manifest
    for sealed in (one, other):
        state = read_credential(sealed.data, picture[1], chain.root_pem).state
        assert state == "trusted"


def test_under_another_root_a_frame_is_valid_and_not_trusted(
    sealer: Sealer,
    picture: Picture,
    credential: FrameCredential,
    other_chain: DevelopmentChain,
) -> None:
    sealed = sealer.seal(*picture, credential)
    for roots in (other_chain.root_pem, None):
        reading = read_credential(sealed.data, picture[1], roots)
        assert reading.state == "valid"
        assert reading.codes == ("signingCredential.untrusted",)
        assert reading.frame_assertion == frame_assertion(credential)


@pytest.mark.parametrize("place", [0.25, 0.5, 0.75])
def test_a_changed_picture_is_invalid_and_says_nothing_more(
    sealer: Sealer,
    picture: Picture,
    credential: FrameCredential,
    chain: DevelopmentChain,
    place: float,
) -> None:
    sealed = sealer.seal(*picture, credential)
    changed = bytearray(sealed.data)
    behind = len(sealed.data) - len(picture[0])
    changed[behind + int(len(picture[0]) * place)] ^= 0x10
    reading = read_credential(bytes(changed), picture[1], chain.root_pem)
    assert reading.state == "invalid"
    assert reading.frame_assertion is None


def test_a_changed_assertion_is_invalid(
    sealer: Sealer, jpeg: bytes, credential: FrameCredential, chain: DevelopmentChain
) -> None:
    sealed = sealer.seal(jpeg, "image/jpeg", credential)
    changed = sealed.data.replace(b"34" * 32, b"35" * 32)
    reading = read_credential(changed, "image/jpeg", chain.root_pem)
    assert reading.state == "invalid"
    assert "assertion.hashedURI.mismatch" in reading.codes


def test_a_manifest_moved_to_another_picture_is_invalid(
    sealer: Sealer, png: bytes, credential: FrameCredential, chain: DevelopmentChain
) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (96, 72)).save(buffer, "PNG")
    other, sealed = buffer.getvalue(), sealer.seal(png, "image/png", credential)
    added = len(sealed.data) - len(png)
    moved = other[:33] + sealed.data[33 : 33 + added] + other[33:]
    reading = read_credential(moved, "image/png", chain.root_pem)
    assert reading.state == "invalid"
    assert reading.codes == ("assertion.dataHash.mismatch",)


def test_a_picture_without_a_manifest_is_absent_not_invalid(picture: Picture) -> None:
    assert read_credential(*picture, None).state == "absent"


def test_a_picture_of_another_type_than_stated_is_invalid(
    sealer: Sealer, picture: Picture, credential: FrameCredential
) -> None:
    sealed = sealer.seal(*picture, credential)
    other = "image/jpeg" if picture[1] == "image/png" else "image/png"
    reading = read_credential(sealed.data, other, None)
    assert reading.codes == ("kr.jangbu.other_media_type",)


@pytest.mark.parametrize("size", [0, 1, 40, 400, 4000])
def test_a_file_that_is_cut_off_is_a_finding_not_an_exception(
    sealer: Sealer, picture: Picture, credential: FrameCredential, size: int
) -> None:
    sealed = sealer.seal(*picture, credential)
    assert read_credential(sealed.data[:size], picture[1], None).state == "invalid"


def test_a_frame_is_not_sealed_twice(
    sealer: Sealer, picture: Picture, credential: FrameCredential
) -> None:
    sealed = sealer.seal(*picture, credential)
    with pytest.raises(ManifestRefusedError):
        sealer.seal(sealed.data, picture[1], credential)


def test_text_that_an_encoder_carried_over_is_not_sealed_in(
    sealer: Sealer, credential: FrameCredential
) -> None:
    info = PngInfo()
    info.add_text("parameters", "photo of a duck")
    png, jpeg = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (8, 8)).save(png, "PNG", pnginfo=info)
    Image.new("RGB", (8, 8)).save(jpeg, "JPEG", comment=b"made by hand")
    for buffer, media_type in ((png, "image/png"), (jpeg, "image/jpeg")):
        with pytest.raises(ManifestRefusedError):
            sealer.seal(buffer.getvalue(), media_type, credential)


def test_a_media_type_that_cannot_be_sealed_is_refused(
    sealer: Sealer, picture: Picture, credential: FrameCredential
) -> None:
    for media_type in ("image/tiff", "text/plain"):
        with pytest.raises(ManifestRefusedError):
            sealer.seal(picture[0], media_type, credential)


def test_a_key_of_another_certificate_is_caught_before_the_first_frame(
    chain: DevelopmentChain, other_chain: DevelopmentChain
) -> None:
    with pytest.raises(ManifestRefusedError, match="leaf certificate"):
        Sealer(chain.chain_pem, other_chain.key_pem)


def test_a_broken_chain_is_caught(
    chain: DevelopmentChain, other_chain: DevelopmentChain
) -> None:
    end = b"-----END CERTIFICATE-----\n"
    leaf, issuing = (part + end for part in chain.chain_pem.split(end)[:2])
    foreign = other_chain.chain_pem.split(end)[1] + end
    for wrong in (issuing + leaf, leaf + foreign, b"", b"no certificate"):
        with pytest.raises(ManifestRefusedError):
            Sealer(wrong, chain.key_pem)


def test_certificates_that_ran_out_are_caught(chain: DevelopmentChain) -> None:
    for days in (-1, 10_000):
        then = datetime.now(UTC) + timedelta(days=days)
        with pytest.raises(ManifestRefusedError, match="valid now"):
            Sealer(chain.chain_pem, chain.key_pem, now=then)


def pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def test_a_key_of_another_kind_is_caught(chain: DevelopmentChain) -> None:
    for wrong in (
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(ed25519.Ed25519PrivateKey.generate()),
        b"no key",
    ):
        with pytest.raises(ManifestRefusedError):
            Sealer(chain.chain_pem, wrong)


def test_c2pa_itself_finds_nothing_wrong_after_signing(
    chain: DevelopmentChain, picture: Picture, credential: FrameCredential
) -> None:
    settings = CredentialSettings(verify_after_sign=True)
    with Sealer(chain.chain_pem, chain.key_pem, settings) as careful:
        assert careful.seal(*picture, credential).manifest


def test_the_self_test_passes_and_measures(
    sealer: Sealer, chain: DevelopmentChain
) -> None:
    measured = check_settings(sealer, chain.root_pem)
    assert 2000 < measured.bytes_added < MOST_BYTES_ADDED
    assert measured.library


def test_the_self_test_finds_a_root_that_is_not_the_sealers(
    sealer: Sealer, other_chain: DevelopmentChain
) -> None:
    with pytest.raises(SettingsError):
        check_settings(sealer, other_chain.root_pem)


def test_the_self_test_finds_thumbnails_that_were_left_on(
    chain: DevelopmentChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = CredentialSettings().rendered("sign")
    rendered["builder"].pop("thumbnail")
    monkeypatch.setattr(CredentialSettings, "rendered", lambda *_: rendered)
    with (
        Sealer(chain.chain_pem, chain.key_pem) as careless,
        pytest.raises(SettingsError, match="thumbnail"),
    ):
        check_settings(careless, chain.root_pem)
