"""Frames beside the bundle: found by digest, counted, never trusted by name."""

import zlib

import pytest

from ledger.cli.readers import FrameCredentials, FramePixels
from ledger.encoding import canonical
from ledger.errors import AlteredEvidenceError, MissingEvidenceError
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import TrustFile, trust_for
from ledger.evidence.verdict import MediaCount, OpenPoint, Reason
from ledger.evidence.verify import verify_bundle
from ledger.log.tree import leaf_hash
from tests.simulators.eyes import READERS
from tests.simulators.small_frames import chain_of
from tests.simulators.small_studio import Shot, SmallStudio

Made = tuple[SmallStudio, Shot]


@pytest.fixture(scope="module")
def bare(made: Made) -> bytes:
    return made[0].bundle(Request(frames="none")).to_bytes()


def folder(studio: SmallStudio) -> list[tuple[str, bytes]]:
    return [(f"{place}.png", one) for place, one in enumerate(studio.files.values())]


def test_a_bundle_without_frames_says_that_no_pixels_were_seen(
    bare: bytes, trust: TrustFile
) -> None:
    verdict = verify_bundle(bare, trust, READERS)
    assert (verdict.exit_code, verdict.pixels) == (0, "pixels checked: 0 of 8")
    assert verdict.media == MediaCount(frames=8, missing=8)


def test_frames_in_a_folder_are_found_by_their_digests(
    made: Made, bare: bytes, trust: TrustFile
) -> None:
    media = list(reversed(folder(made[0])))
    verdict = verify_bundle(bare, trust, READERS, media)
    assert (verdict.exit_code, verdict.pixels) == (0, "pixels checked: 8 of 8")
    assert verdict.media == MediaCount(frames=8, pixels=8, matched=8, beside=True)


def test_a_sample_in_the_bundle_and_the_rest_beside_it_add_up(
    made: Made, trust: TrustFile
) -> None:
    raw = made[0].bundle(Request(frames="sample:3")).to_bytes()
    alone = verify_bundle(raw, trust, READERS)
    assert alone.pixels == "pixels checked: 3 of 8"
    both = verify_bundle(raw, trust, READERS, folder(made[0])[:6])
    assert both.media.matched == 6
    assert both.media.missing == 8 - both.media.pixels


def test_another_picture_around_a_sealed_manifest_is_found(
    made: Made, bare: bytes, trust: TrustFile
) -> None:
    content = folder(made[0])[0][1]
    # A text chunk more, with a fitting checksum: the manifest is as it was.
    end = content.index(b"IEND") - 4
    body = b"tEXtComment\0better now"
    length, checksum = (len(body) - 4).to_bytes(4), zlib.crc32(body).to_bytes(4)
    altered = content[:end] + length + body + checksum + content[end:]
    verdict = verify_bundle(bare, trust, READERS, [("1020.png", altered)])
    assert verdict.exit_code == 5
    assert verdict.failures[0].error.facts["frame"] == 1020
    assert verdict.media.unmatched == 1


def test_a_damaged_frame_is_unmatched_and_no_yes(
    made: Made, bare: bytes, trust: TrustFile
) -> None:
    (name, first), *rest = folder(made[0])
    altered = first[:-1] + bytes([first[-1] ^ 1])
    verdict = verify_bundle(bare, trust, READERS, [(name, altered), *rest])
    assert verdict.exit_code == 3
    assert verdict.open_points == (
        OpenPoint(Reason.MISSING, "media.unmatched", 1),
        OpenPoint(Reason.MISSING, "media.frames", 1),
    )
    assert verdict.media == MediaCount(
        frames=8,
        pixels=7,
        matched=7,
        unmatched=1,
        missing=1,
        beside=True,
        strangers=(name,),
    )


def test_names_of_files_do_not_reach_the_json(
    made: Made, bare: bytes, trust: TrustFile
) -> None:
    spoiler = "the_monster_is_the_butler.png"
    media = [(spoiler, b"other"), (spoiler, folder(made[0])[0][1])]
    verdict = verify_bundle(bare, trust, READERS, media)
    assert spoiler.encode() not in canonical.encode(verdict.to_json())


@pytest.mark.parametrize(
    ("readers", "what"),
    [
        (Readers(credentials=FrameCredentials()), "pixels.no_decoder"),
        (Readers(pixels=FramePixels()), "credentials.no_reader"),
    ],
)
def test_what_cannot_be_looked_at_stays_open(
    readers: Readers, what: str, raw: bytes, trust: TrustFile
) -> None:
    verdict = verify_bundle(raw, trust, readers)
    assert verdict.open_points == (OpenPoint(Reason.WEAK, what, 8),)
    assert verdict.exit_code == 3


def test_a_signer_that_the_trust_file_does_not_list_stays_open(
    made: Made, raw: bytes
) -> None:
    studio = made[0]
    other_root = chain_of("another authority").chain.root_pem.decode()
    first = leaf_hash(studio.log.raw_entries[0])
    trust = trust_for(studio.origin, studio.genesis, first, [other_root])
    verdict = verify_bundle(raw, trust, READERS)
    assert verdict.open_points == (
        OpenPoint(Reason.WEAK, "credentials.signer_not_listed", 8),
    )


def test_a_frame_that_is_gone_cannot_be_bundled() -> None:
    studio = SmallStudio()
    studio.shoot()
    studio.files.clear()
    with pytest.raises(MissingEvidenceError) as refused:
        studio.bundle()
    assert "--media" in refused.value.advice


def test_a_frame_that_was_changed_cannot_be_bundled() -> None:
    studio = SmallStudio()
    studio.shoot()
    studio.files = {key: one + b"\0" for key, one in studio.files.items()}
    with pytest.raises(AlteredEvidenceError):
        studio.bundle()
