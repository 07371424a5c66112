"""`verify.py`, as a reader runs it: one file, nothing installed, no import of ours."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.encoding.digest import sha256_hex
from ledger.evidence import form
from ledger.evidence.assembling import verifier_source
from ledger.evidence.bundle import Request
from ledger.evidence.companions import Companions
from ledger.evidence.consistency import prove_growth
from ledger.evidence.single.checking import Asked, check_bundle
from ledger.evidence.single.outside import read_trust
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import TrustFile
from ledger.evidence.verify import verify_bundle
from ledger.log.tree import Nodes, leaf_hash
from tests.simulators.repacking import contents, repack, resign
from tests.simulators.small_studio import Shot, SmallStudio

Made = tuple[SmallStudio, Shot]
FLIPS = 400


def run(
    folder: Path, raw: bytes, *options: str, trust: TrustFile | None = None
) -> tuple[int, str]:
    """Run the file apart from our own code and everything that is installed."""
    (folder / "verify.py").write_bytes(verifier_source())
    (folder / "bundle.zip").write_bytes(raw)
    more = list(options)
    if trust is not None:
        (folder / "trust.json").write_bytes(trust.to_bytes())
        more += ["--trust", "trust.json"]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "bundle.zip", *more],
        cwd=folder,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode()


def judged(raw: bytes, trust: TrustFile | None) -> int:
    """The same checks within this process."""
    known = None if trust is None else read_trust(trust.to_bytes())
    return check_bundle(raw, Asked(trust=known)).exit_code


def test_it_agrees_with_the_command_on_a_whole_bundle(
    raw: bytes, trust: TrustFile, tmp_path: Path
) -> None:
    code, text = run(tmp_path, raw, "--json", trust=trust)
    verdict = json.loads(text)
    ours = verify_bundle(raw, trust, Readers())
    assert (code, verdict["state"]) == (0, "verified")
    assert verdict["size"] == ours.size
    met = {
        kind: (one.disclosed, one.withheld, one.erased, one.outside)
        for kind, one in ours.records.items()
    }
    assert met == {
        kind: (one["disclosed"], one["withheld"], one["erased"], one["outside"])
        for kind, one in verdict["records"].items()
    }


def test_it_says_what_it_did_not_check(raw: bytes, tmp_path: Path) -> None:
    code, text = run(tmp_path, raw)
    assert code == 3
    assert "self-attested" in text
    assert "pixels of the frames" in text
    assert "content credentials: the c2pa package is not here" in text


def test_a_file_that_is_no_bundle_is_unreadable(tmp_path: Path) -> None:
    assert run(tmp_path, b"")[0] == 4
    assert run(tmp_path, b"%PDF-1.7")[0] == 4


def test_each_of_some_hundred_changed_bytes_is_found(
    raw: bytes, trust: TrustFile
) -> None:
    dice = random.Random(20261122)  # noqa: S311  # the same positions every time
    for position in dice.sample(range(len(raw)), FLIPS):
        changed = bytearray(raw)
        changed[position] ^= dice.randrange(1, 256)
        assert judged(bytes(changed), trust) == 5


@pytest.mark.parametrize("cut", [4, 30, 1000, -1])
def test_a_bundle_that_is_cut_off_is_found(raw: bytes, cut: int) -> None:
    assert judged(raw[:cut], None) == 5


def test_bytes_after_the_end_are_found(raw: bytes) -> None:
    assert judged(raw + b"\0", None) == 5


def test_a_forger_with_keys_of_his_own_is_refused(trust: TrustFile) -> None:
    forger = SmallStudio(seed="forger")
    forger.shoot()
    raw = forger.bundle().to_bytes()
    assert judged(raw, trust) == 5
    assert judged(raw, None) == 3


@pytest.mark.parametrize("missing", ["log", "studio", "pipeline"])
def test_a_forger_who_lacks_one_key_is_refused(missing: str, trust: TrustFile) -> None:
    forger = SmallStudio()
    studio = forger.keys["studio"]
    forger.keys[missing] = SmallStudio(seed="forger").keys[missing]
    forger.shoot()
    forger.keys["studio"] = studio
    assert judged(forger.bundle().to_bytes(), trust) == 5


def test_a_selection_re_signed_by_a_stranger_is_refused(raw: bytes) -> None:
    forger = SmallStudio(seed="forger").keys["studio"]
    assert judged(resign(raw, contents(raw), forger), None) == 5


def test_any_changed_part_is_refused_even_if_the_studio_signs_again(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    dice = random.Random(11)  # noqa: S311  # the same positions every time
    parts = contents(raw)
    for name, content in parts.items():
        changed = bytearray(content)
        changed[dice.randrange(len(content))] ^= 1
        packed = resign(raw, {**parts, name: bytes(changed)}, made[0].keys["studio"])
        assert judged(packed, trust) == 5, name
        assert judged(repack(raw, {name: bytes(changed)}), trust) == 5, name


def test_a_statement_that_is_withheld_keeps_the_answer_open(
    made: Made, raw: bytes, trust: TrustFile
) -> None:
    parts = contents(raw)
    rows = parts[form.STATEMENTS].splitlines(keepends=True)
    named = {row for row in rows if b'"kind":"party.1"' in row or b'"run.1"' in row}
    kept = [row for row in rows if row not in named]
    sheets = {json.loads(row)["sheet"] for row in map(bytes.decode, kept)}
    rest = {
        **parts,
        form.STATEMENTS: b"".join(kept),
        form.SHEETS: b"".join(
            line + b"\n"
            for line in parts[form.SHEETS].splitlines()
            if sha256_hex(line) in sheets
        ),
        form.OPENINGS: b"",
    }
    packed = resign(raw, rest, made[0].keys["studio"])
    assert judged(packed, trust) == 3


def test_a_checkpoint_kept_earlier_is_compared(
    made: Made, raw: bytes, trust: TrustFile, tmp_path: Path
) -> None:
    studio = made[0]
    (tmp_path / "kept").write_bytes(studio.log.checkpoint())
    assert run(tmp_path, raw, "--since", "kept", trust=trust)[0] == 0
    # The same studio, with all its keys, tells the history anew: one statement less.
    other = SmallStudio()
    other.make_key("vendor")
    other.delegate("vendor", "58" * 16)
    other.shoot()
    code, text = run(
        tmp_path, other.bundle().to_bytes(), "--since", "kept", trust=trust
    )
    assert code == 5
    assert "history was rewritten after the checkpoint you hold" in text


def test_frames_beside_the_bundle_are_found_by_their_digests(
    made: Made, trust: TrustFile, tmp_path: Path
) -> None:
    studio, _ = made
    media = tmp_path / "media"
    media.mkdir()
    for place, content in enumerate(studio.files.values()):
        (media / f"{place}.png").write_bytes(content)
    raw = studio.bundle().to_bytes()
    assert run(tmp_path, raw, "--media", "media", trust=trust)[0] == 0
    (media / "stray.png").write_bytes(b"another picture")
    assert run(tmp_path, raw, "--media", "media", trust=trust)[0] == 3


def test_companions_go_along_and_are_read_by_both(
    made: Made, trust: TrustFile, tmp_path: Path
) -> None:
    studio, _ = made
    sources = studio.sources()
    size = sources.log.size()
    nodes = Nodes([leaf_hash(raw) for raw in sources.log.entries(0, size)])
    companions = Companions(
        single={"verify.py": verifier_source()},
        consistency={2: prove_growth(nodes, 2).to_bytes()},
    )
    raw = studio.bundle(Request(), companions).to_bytes()
    assert verify_bundle(raw, trust, Readers()).exit_code == 0
    assert run(tmp_path, raw, trust=trust)[0] == 0
    parts = contents(raw)
    moved = dict(sorted(parts.items(), reverse=True))
    packed = resign(raw, moved, studio.keys["studio"])
    assert verify_bundle(packed, trust, Readers()).exit_code == 5


def test_the_file_is_the_same_each_time_and_imports_nothing_of_ours() -> None:
    text = verifier_source().decode()
    assert verifier_source.__wrapped__().decode() == text
    assert "import ledger" not in text
    assert "from ledger" not in text
    compile(text, "verify.py", "exec")
