"""Frames whose manifests lie beside them: in bundles, and beside bundles.

The frames are PNGs that carry nothing, so that any reader of pixels can look at them;
c2pa signs and reads the manifest beside a file whatever the file is.
"""

import pytest

from ledger.cli.readers import FramePixels
from ledger.evidence import form
from ledger.evidence.bundle import Request
from ledger.evidence.single.checking import Asked, check_bundle
from ledger.evidence.single.outside import read_trust
from ledger.evidence.trust import TrustFile
from ledger.evidence.verdict import MediaCount, OpenPoint, Reason
from ledger.evidence.verify import verify_bundle
from ledger.records.frames import SealedLeaf
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.frames.raster import samples_digest
from pipeline.frames.rasters import read_raster
from tests.simulators import sealable_files
from tests.simulators.eyes import READERS
from tests.simulators.repacking import contents, resign
from tests.simulators.small_studio import SmallStudio


@pytest.fixture(scope="module")
def studio() -> SmallStudio:
    studio = SmallStudio(beside=True)
    studio.shoot()
    return studio


@pytest.fixture(scope="module")
def trust(studio: SmallStudio) -> TrustFile:
    return studio.trust()


def codes(studio: SmallStudio, raw: bytes) -> tuple[int, int]:
    """What the command and the one file answer."""
    ours = verify_bundle(raw, studio.trust(), READERS)
    single = check_bundle(raw, Asked(trust=read_trust(studio.trust().to_bytes())))
    return ours.exit_code, single.exit_code


def folder(studio: SmallStudio) -> list[tuple[str, bytes]]:
    files = [*studio.sidecars.values(), *studio.files.values()]
    return [(f"{place}", one) for place, one in enumerate(files)]


def test_a_bundle_carries_frames_and_their_manifests(studio: SmallStudio) -> None:
    raw = studio.bundle(Request(frames="sample:3")).to_bytes()
    names = [name.partition(".")[2] for name in contents(raw) if "media/" in name]
    assert names == ["png", "c2pa"] * 3
    verdict = verify_bundle(raw, studio.trust(), READERS)
    assert (verdict.exit_code, verdict.pixels) == (0, "pixels checked: 3 of 8")
    held = {check.step: check.count for check in verdict.checks}
    assert held["credentials"] == 3
    assert codes(studio, raw) == (0, 0)


def test_a_bundle_without_a_manifest_is_refused(studio: SmallStudio) -> None:
    parts = contents(studio.bundle(Request(frames="all")).to_bytes())
    last = [name for name in parts if name.endswith(".c2pa")][-1]
    del parts[last]
    raw = resign(studio.bundle().to_bytes(), parts, studio.keys["studio"])
    assert codes(studio, raw) == (5, 5)


def test_a_manifest_of_another_frame_is_refused(studio: SmallStudio) -> None:
    parts = contents(studio.bundle(Request(frames="all")).to_bytes())
    one, other, *_ = [name for name in parts if name.endswith(".c2pa")]
    parts[one], parts[other] = parts[other], parts[one]
    raw = resign(studio.bundle().to_bytes(), parts, studio.keys["studio"])
    assert codes(studio, raw) == (5, 5)


def test_a_manifest_for_a_frame_that_carries_its_own_is_a_stowaway() -> None:
    studio = SmallStudio()
    studio.shoot()
    whole = studio.bundle(Request(frames="all")).to_bytes()
    parts = {}
    for name, content in contents(whole).items():
        parts[name] = content
        if name.endswith("1020.png"):
            parts[name.replace(".png", ".c2pa")] = b"\0\0\0\x10jumb" + bytes(8)
    raw = resign(whole, parts, studio.keys["studio"])
    assert codes(studio, raw) == (5, 5)


def test_frames_and_manifests_in_a_folder_are_found_by_their_digests(
    studio: SmallStudio, trust: TrustFile
) -> None:
    bare = studio.bundle(Request(frames="none")).to_bytes()
    verdict = verify_bundle(bare, trust, READERS, folder(studio))
    assert (verdict.exit_code, verdict.pixels) == (0, "pixels checked: 8 of 8")
    assert verdict.media == MediaCount(frames=8, pixels=8, matched=8, beside=True)


def test_frames_in_a_folder_without_their_manifests_leave_it_open(
    studio: SmallStudio, trust: TrustFile
) -> None:
    bare = studio.bundle(Request(frames="none")).to_bytes()
    verdict = verify_bundle(bare, trust, READERS, folder(studio)[8:])
    assert verdict.exit_code == 3
    assert OpenPoint(Reason.MISSING, "media.manifest", 8) in verdict.open_points
    assert verdict.pixels == "pixels checked: 8 of 8"


def test_manifests_in_a_folder_without_their_frames_leave_it_open(
    studio: SmallStudio, trust: TrustFile
) -> None:
    bare = studio.bundle(Request(frames="none")).to_bytes()
    verdict = verify_bundle(bare, trust, READERS, folder(studio)[:8])
    assert verdict.exit_code == 3
    assert verdict.media == MediaCount(frames=8, missing=8, beside=True)


def test_a_leaf_that_hides_the_manifest_s_place_is_found() -> None:
    studio = SmallStudio(beside=True)

    def within(leaf: SealedLeaf) -> SealedLeaf:
        return leaf.model_copy(update={"sidecar": None})

    studio.lies.sealed = within
    studio.shoot()
    raw = studio.bundle(Request(frames="all")).to_bytes()
    assert not any(name.endswith(".c2pa") for name in contents(raw))
    assert codes(studio, raw) == (5, 5)


def test_a_frame_with_a_manifest_within_and_beside_is_refused() -> None:
    # Both are signed by the studio; readers would not agree about which one speaks.
    studio = SmallStudio()
    studio.lies.sealed = lambda leaf: leaf.model_copy(update={"sidecar": True})
    studio.shoot()
    for place, content in studio.files.items():
        studio.sidecars[place] = manifest_store_of(content) or b""
    raw = studio.bundle(Request(frames="all")).to_bytes()
    assert codes(studio, raw) == (5, 5)


def test_names_of_media_parts_tell_frames_from_manifests() -> None:
    seal = "ab" * 32
    assert form.parse_media_name(f"media/{seal}/1001.c2pa") == form.MediaName(
        seal, 1001, sidecar=True
    )
    name = form.media_name(seal, -7, b"v/1\x01" + bytes(8))
    assert form.parse_media_name(name) == form.MediaName(seal, -7)


@pytest.mark.parametrize("kind", sorted(sealable_files.SEALABLE))
def test_pixels_of_every_format_are_read_by_the_decoder_that_is_named(
    kind: str,
) -> None:
    content = sealable_files.SEALABLE[kind][0]()
    first = FramePixels().read(content)
    assert FramePixels().read(content, first.decoder) == first
    raster = read_raster(content)
    named = FramePixels().read(content, raster.decoder)
    assert named.decoder == raster.decoder
    assert named.pixels == samples_digest(raster.rgb, raster.bits)
    assert named.pixels == first.pixels
