"""Opinions, generations, engagements and acts are signed as contributions are."""

import json
from typing import Any

import pytest

from tests.integration.contributing.conftest import LINES, Signing
from tests.integration.recording.told import AT, ENGAGED, GENERATED, OPINED
from tests.simulators.shot_folder import Done


def sign_line(signing: Signing, party: str, line: dict[str, Any]) -> tuple[Done, Done]:
    """What signing one line shows, and what submitting it comes to."""
    (signing.root / "one.jsonl").write_text(json.dumps(line), "utf-8")
    files = [signing.root / name for name in ("one.json", "one-signed.json")]
    prepared = signing.call(
        "prepare",
        signing.shot.production,
        signing.root / "one.jsonl",
        *("--party", party, "-o", files[0]),
    )
    assert prepared.code == 0, prepared.err
    key = signing.root / f"{party}.pem"
    shown = signing.call("sign", files[0], "--key", key, "-o", files[1])
    assert shown.code == 0, shown.err
    for path in files:
        assert path.stat().st_mode & 0o777 == 0o600
    done = signing.submit("one-signed.json")
    for path in files:
        path.unlink()
    return shown, done


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            {key: value for key, value in GENERATED.items() if key != "party"},
            (
                "프롬프트 prompt: a quiet room",
                "매개변수 parameters · cfg: 7.5",
                "결과물 outputs: bg/b.%04d.jpg – 4 files",
                "입력 inputs · edge: reference",
                "입력 inputs · asset: paint/b.1001.png – 1 file, SHA-256",
            ),
        ),
        (
            {key: value for key, value in ENGAGED.items() if key != "document"}
            | {"company": "Studio"},
            (
                "계약 조건 terms · assignment: economic_rights",
                "계약 조건 terms · derivative_right: true",
                "계약 조건 terms · credit: matte-painter",
                "회사 company: Studio (",
            ),
        ),
    ],
)
def test_generations_and_engagements(
    signing: Signing, line: dict[str, Any], words: tuple[str, ...]
) -> None:
    shown, done = sign_line(signing, "painter", line)
    assert done.json["new"] == 1
    for expected in words:
        assert expected in shown.err


def test_an_assessor_sees_what_is_confirmed_and_how_many_frames(
    signing: Signing,
) -> None:
    signing.signed()
    assert signing.submit().code == 0
    shown, done = sign_line(signing, "assessor", OPINED)
    assert done.json["new"] == 1
    assert "창의 모양과 색을 화가가 골랐다" in shown.err
    assert "본 프레임 frames seen: 4 (1001–1004)" in shown.err
    # The contribution that is confirmed is told in its own words.
    assert "붉은 창을 그려 넣음" in shown.err
    done = signing.jangbu("fsck", signing.shot.production)
    assert done.code == 0, done.err
    done = signing.jangbu("vault", "log", signing.shot.production, "--json")
    assert "contribute prepare" in done.out


def test_a_correction_says_what_it_corrects(signing: Signing) -> None:
    signing.signed()
    index = signing.submit().json["statements"][1]["index"]
    corrected = {**LINES[1], "note": "고친 설명", "verb": "correct", "of": index}
    shown, done = sign_line(signing, "painter", corrected)
    assert done.json["new"] == 1
    assert "정정 corrects" in shown.err
    assert "창 밖 풍경 스케치" in shown.err
    withdrawn = {
        "kind": "contribution",
        "verb": "withdraw",
        "of": done.json["statements"][0]["id"],
        "at": AT,
    }
    shown, done = sign_line(signing, "painter", withdrawn)
    assert done.json["new"] == 1
    assert "철회 withdraws" in shown.err


def test_a_cut_is_no_line_to_be_signed(signing: Signing) -> None:
    (signing.root / "cut.jsonl").write_text('{"kind":"cut","file":"a.otio"}', "utf-8")
    done = signing.call(
        "prepare",
        signing.shot.production,
        signing.root / "cut.jsonl",
        *("--party", "painter", "-o", signing.root / "x.json"),
    )
    assert done.code == 4
    assert "a cut" in done.err
