"""Numbered exhibits come out of a bundle that verified, and out of no other."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest

from ledger.encoding.digest import sha256_hex
from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import Secret
from ledger.evidence.assembling import verifier_source
from ledger.evidence.bundle import Request
from ledger.evidence.companions import CUSTODY, VERIFIER, Companions
from ledger.evidence.custody import Taking, custody_of
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.tree import leaf_hash, root_of
from tests.simulators.command_inside import jangbu_inside as jangbu
from tests.simulators.repacking import contents, resign
from tests.simulators.shot_folder import Done
from tests.simulators.stated_log import ORIGIN, STUDIO_PARTY, StatedLog

EXPORTER = "홍길동 (가공인물)"
TAKEN = Taking(
    at=datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC), store="sqlite", exporter=EXPORTER
)
LIST = "증거설명서.pdf"


@pytest.fixture(scope="module")
def log() -> StatedLog:
    log = StatedLog(seed="exhibits")
    body = {"name": Secret("방 안의 코끼리")}
    log.state("element.1", body, by="studio", scope={"element": "e0" * 16})
    return log


def companions(log: StatedLog) -> Companions:
    leaves = [leaf_hash(raw) for raw in log.log.raw_entries]
    point = Checkpoint(origin=log.origin, size=2, root=root_of(leaves[:2]))
    fields = {
        "log": log.origin,
        "studio": STUDIO_PARTY,
        "size": len(leaves),
        "key_id": key_id_of(log.public("studio")),
    }
    return Companions(
        single={
            CUSTODY: custody_of(fields, TAKEN).to_bytes(),
            VERIFIER: verifier_source(),
        },
        cosigned={2: sign_checkpoint(point, log.keys["log"])},
    )


@pytest.fixture(scope="module")
def case(log: StatedLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle and a trust file; not to be changed."""
    root = tmp_path_factory.mktemp("case")
    raw = log.bundle(Request(), companions(log)).to_bytes()
    (root / "bundle.zip").write_bytes(raw)
    (root / "trust.json").write_bytes(log.trust().to_bytes())
    return root


def exhibit(case: Path, out: Path, *options: object) -> Done:
    return jangbu(
        "exhibit",
        case / "bundle.zip",
        "--trust",
        case / "trust.json",
        *("-o", out, "--json", *options),
    )


@pytest.fixture(scope="module")
def made(case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "exhibits"
    done = exhibit(
        case, out, "--title", "방 (가상) 사건", "--custodian", "김하나 (가공인물)"
    )
    assert done.code == 0, done.err
    assert done.json["state"] == "verified"
    return out


def words_of(pdf: Path) -> str:
    with pypdfium2.PdfDocument(pdf) as read:
        return "".join(one.get_textpage().get_text_bounded() for one in read)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_exhibits_are_numbered_and_every_digest_is_listed(
    made: Path, case: Path
) -> None:
    names = sorted(path.name for path in made.iterdir())
    assert names == [
        "SHA256SUMS",
        "갑제01호증_bundle.zip",
        "갑제02호증_verifier.py",
        "갑제03호증_trust.json",
        "갑제04호증_verdict.pdf",
        "갑제05호증_custody.pdf",
        "갑제06호증_cosigned-unknown.txt",
        LIST,
    ]
    bundle = (made / "갑제01호증_bundle.zip").read_bytes()
    assert bundle == (case / "bundle.zip").read_bytes()
    assert (made / "갑제03호증_trust.json").read_bytes() == (
        case / "trust.json"
    ).read_bytes()
    listed = squeezed(words_of(made / LIST))
    sums = (made / "SHA256SUMS").read_text("utf-8").splitlines()
    assert len(sums) == 7
    for line in sums:
        digest, name = line.split("  ")
        assert sha256_hex((made / name).read_bytes()) == digest
        # The explanation cannot list itself.
        assert (digest in listed) == (name != LIST)


def test_the_explanation_says_what_each_is_to_prove_and_what_none_can(
    made: Path,
) -> None:
    text = words_of(made / LIST)
    for expected in (
        "증거설명서",
        "갑 제1호증",
        "갑 제6호증",
        "입증취지",
        "What it is to prove",
        "2026-11-22",
        "증명할 수 없는 것",
        "방 (가상) 사건",
        "법원은 이 파일을",
    ):
        assert squeezed(expected) in squeezed(text)


def test_custody_is_the_exporters_word(made: Path) -> None:
    text = squeezed(words_of(made / "갑제05호증_custody.pdf"))
    for expected in (EXPORTER, "2026-11-22 03:04:05 UTC", "김하나", "sqlite"):
        assert squeezed(expected) in text


def test_the_same_input_gives_the_same_bytes(
    made: Path, case: Path, tmp_path: Path
) -> None:
    again = exhibit(
        case,
        tmp_path / "x",
        "--title",
        "방 (가상) 사건",
        *("--custodian", "김하나 (가공인물)"),
    )
    assert again.code == 0
    for path in made.iterdir():
        assert (tmp_path / "x" / path.name).read_bytes() == path.read_bytes()


def test_what_is_there_is_not_written_over(made: Path, case: Path) -> None:
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    assert exhibit(case, made).code == 6
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before


def flip(raw: bytes) -> bytes:
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


def test_an_altered_bundle_is_never_exhibited(case: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(flip((case / "bundle.zip").read_bytes()))
    trust = case / "trust.json"
    done = jangbu("exhibit", bad, "--trust", trust, "-o", tmp_path / "x", "--json")
    assert done.code == 5
    assert done.json["error"]["code"] == "evidence.altered"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("origin", "code"), [(ORIGIN, 5), ("jangbu.invalid/0f0f0f0f0f0f0f0f", 3)]
)
def test_a_bundle_that_the_trust_file_does_not_vouch_for_is_never_exhibited(
    case: Path, tmp_path: Path, origin: str, code: int
) -> None:
    """Another log's trust file, and one of this log with other keys."""
    other = tmp_path / "trust.json"
    other.write_bytes(StatedLog(seed="another", origin=origin).trust().to_bytes())
    done = jangbu(
        "exhibit", case / "bundle.zip", "--trust", other, "-o", tmp_path / "x"
    )
    assert done.code == code
    assert not (tmp_path / "x").exists()


def test_a_checkpoint_that_nobody_else_signed_proves_no_witness(made: Path) -> None:
    text = squeezed(words_of(made / LIST))
    assert squeezed("shows no outside confirmation") in text
    assert squeezed("somebody other than the studio") not in text


def test_without_custody_there_are_no_exhibits(
    log: StatedLog, case: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bundle.zip"
    bare.write_bytes(log.bundle(Request(), Companions()).to_bytes())
    done = jangbu("exhibit", bare, "--trust", case / "trust.json", "-o", tmp_path / "x")
    assert done.code == 5
    assert "--exporter" in done.err


def test_open_points_stand_on_the_first_page(
    log: StatedLog, case: Path, tmp_path: Path
) -> None:
    """A withheld statement leaves the bundle intact and the answer open."""
    raw = withheld(log)
    (tmp_path / "bundle.zip").write_bytes(raw)
    (tmp_path / "trust.json").write_bytes((case / "trust.json").read_bytes())
    done = exhibit(tmp_path, tmp_path / "x", "--exhibit-prefix", "을")
    assert done.code == 3, done.err
    assert done.json["state"] == "open"
    with pypdfium2.PdfDocument(tmp_path / "x" / LIST) as read:
        first = squeezed(read[0].get_textpage().get_text_bounded())
    assert "비공개기록있음" in first
    assert "을제1호증" in first


def withheld(log: StatedLog) -> bytes:
    """The bundle without its last statement, which nothing else names."""
    whole = log.bundle(Request(), companions(log)).to_bytes()
    parts = contents(whole)
    rows = parts["statements.jsonl"].splitlines(keepends=True)
    last = json.loads(rows.pop())
    sheets = parts["sheets.jsonl"].splitlines(keepends=True)
    openings = parts["openings.jsonl"].splitlines(keepends=True)
    parts["statements.jsonl"] = b"".join(rows)
    parts["sheets.jsonl"] = b"".join(
        row for row in sheets if sha256_hex(row.rstrip(b"\n")) != last["sheet"]
    )
    parts["openings.jsonl"] = b"".join(
        row for row in openings if json.loads(row)["index"] != last["index"]
    )
    return resign(whole, parts, log.keys["studio"])
