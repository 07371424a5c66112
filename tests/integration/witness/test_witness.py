"""A witness on disk: what it remembers, keeps, and refuses to forget or to sign."""

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import (
    AlteredEvidenceError,
    CheckpointError,
    KeyStoreError,
    MissingKeyError,
    StoreUnavailableError,
    UsageError,
)
from ledger.log.checkpoint import open_checkpoint
from ledger.log.conflict import Contradiction
from ledger.log.cosignature import Cosigner, open_cosignatures
from ledger.log.note import Verifier, parse_note, sign_note
from ledger.log.witness_request import origin_hash, parse_cosignature_lines
from ledger.witness.evidence import MOST
from ledger.witness.witness import Witness
from tests.simulators.ledger_studio import SettableClock
from tests.simulators.witnessed_log import NOW, ORIGIN, ShortLog, key_of, make_witness

LOG = ShortLog.of(40)
FORGED = LOG.rewritten(2)
VECTORS = Path(__file__).parents[2] / "vectors" / "cosignature.json"


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return make_witness(tmp_path / "w", LOG)


def cosigned(witness: Witness, size: int, body: str) -> int:
    """The time of a cosignature, which is verified."""
    note = parse_cosignature_lines(body.encode(), parse_note(LOG.note(size)))
    (found,) = open_cosignatures(note, [Cosigner.from_vkey(witness.vkey)])
    return found.time


def take(witness: Witness, *sizes: int) -> None:
    old = 0
    for size in sizes:
        assert witness.add_checkpoint(LOG.request(old, size)).status == 200
        old = size


def test_a_growing_log_is_cosigned_step_by_step(witness: Witness) -> None:
    for old, size in ((0, 3), (3, 7), (7, 7), (7, 40)):
        answer = witness.add_checkpoint(LOG.request(old, size))
        assert answer.status == 200
        assert cosigned(witness, size, answer.body) == int(NOW.timestamp())


def test_the_newest_checkpoint_is_served_with_both_signatures(witness: Witness) -> None:
    assert witness.newest(origin_hash(ORIGIN)) is None
    take(witness, 3, 7)
    note = witness.newest(origin_hash(ORIGIN))
    assert note is not None
    point = open_checkpoint(note, [Verifier.from_vkey(LOG.vkey)], ORIGIN)
    assert point.size == 7
    assert len(open_cosignatures(note, [Cosigner.from_vkey(witness.vkey)])) == 1


def test_a_strangers_signature_beside_the_logs_is_not_served(witness: Witness) -> None:
    stranger = LOG.note(3).split(b"\n\n")[0].decode() + "\n"
    line = sign_note(stranger, "x.example", key_of("x")).split(b"\n\n")[1]
    assert witness.add_checkpoint(LOG.request(0, 3) + line).status == 200
    note = witness.newest(origin_hash(ORIGIN))
    assert note is not None
    assert b"x.example" not in note


def test_what_was_cosigned_is_known_after_a_restart(
    witness: Witness, clock: SettableClock
) -> None:
    take(witness, 7)
    again = Witness.open(witness.folder, clock)
    assert again.vkey == witness.vkey
    assert again.add_checkpoint(LOG.request(0, 3)).body == "7\n"
    assert again.add_checkpoint(FORGED.request(7, 9)).status == 422
    assert again.add_checkpoint(LOG.request(7, 9)).status == 200


def test_the_peers_requests_get_the_answers_that_the_specification_asks_for(
    tmp_path: Path, clock: SettableClock
) -> None:
    peer: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    peer = peer["litewitness"]
    witness = Witness.create(tmp_path / "w", "example.com/witness", clock)
    key = bytes.fromhex(peer["log_key"])
    witness.add_log(Verifier(name=peer["origin"], public_key=key).to_vkey())
    failing = peer["failing_signature"].encode()
    assert witness.add_checkpoint(failing).status == 403
    for request in peer["requests"]:
        answer = witness.add_checkpoint(request["body"].encode())
        assert answer.status == request["status"], request["body"]


# --- evidence -----------------------------------------------------------------------


def kept(witness: Witness) -> list[tuple[Contradiction, int, bool]]:
    """Reason, old size and whether the two checkpoints convict the log."""
    (log,) = witness.known()
    verifiers = [Verifier.from_vkey(LOG.vkey)]
    return [(one.reason, one.old, one.convicts(verifiers)) for _, one in log.conflicts]


def test_a_restored_backup_is_refused_and_kept(witness: Witness) -> None:
    take(witness, 7)
    assert witness.add_checkpoint(LOG.request(0, 5)).status == 409
    assert kept(witness) == [(Contradiction.ROLLBACK, 0, False)]


def test_one_entry_rewritten_at_the_same_size_convicts_the_log(
    witness: Witness,
) -> None:
    take(witness, 3, 7, 9)
    assert witness.add_checkpoint(FORGED.request(9, 9)).status == 422
    # An older size, for which the witness remembers another root.
    assert witness.add_checkpoint(FORGED.request(3, 7)).status == 409
    assert sorted(kept(witness)) == [
        (Contradiction.FORK, 3, True),
        (Contradiction.FORK, 9, True),
    ]
    assert witness.add_checkpoint(LOG.request(9, 12)).status == 200


def test_rewriting_and_growing_is_refused_and_kept_once(witness: Witness) -> None:
    take(witness, 7)
    for _ in range(3):
        assert witness.add_checkpoint(FORGED.request(7, 12)).status == 422
    assert kept(witness) == [(Contradiction.REWRITTEN, 7, False)]


def test_whoever_has_the_logs_key_cannot_fill_the_disk(
    witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.witness.evidence.MOST", 2)
    assert MOST == 1000
    take(witness, 7)
    for index in range(7):
        witness.add_checkpoint(LOG.rewritten(index).request(7, 7))
    assert len(kept(witness)) == 2


def test_changed_evidence_is_named(witness: Witness) -> None:
    take(witness, 7)
    witness.add_checkpoint(FORGED.request(7, 7))
    (path,) = (witness.folder / "evidence").rglob("*.json")
    path.write_bytes(path.read_bytes().replace(b"fork", b"fool"))
    with pytest.raises(AlteredEvidenceError):
        witness.known()


# --- time, races, keys --------------------------------------------------------------


def test_a_clock_that_runs_backwards_signs_nothing(
    witness: Witness, clock: SettableClock
) -> None:
    take(witness, 7)
    clock.forward(-1)
    late = Witness.open(witness.folder, clock)
    late.add_log(ShortLog(key=key_of("b"), origin="other.invalid/1").vkey)
    other = ShortLog([b"a"], origin="other.invalid/1", key=key_of("b"))
    assert late.add_checkpoint(LOG.request(7, 9)).status == 503
    assert late.add_checkpoint(other.request(0, 1)).status == 503
    clock.forward(1)
    # Nothing of the refused requests was remembered.
    assert late.add_checkpoint(LOG.request(7, 9)).status == 200


def test_of_requests_at_once_none_rolls_the_log_back(witness: Witness) -> None:
    take(witness, 3)
    start = threading.Barrier(8)
    statuses: list[int] = []

    def ask(size: int) -> None:
        start.wait(60)
        statuses.append(witness.add_checkpoint(LOG.request(3, size)).status)

    threads = [threading.Thread(target=ask, args=(size,)) for size in range(4, 12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert sorted(statuses) == [200] + [409] * 7
    (log,) = witness.known()
    assert log.newest is not None
    held = log.newest.checkpoint.size
    assert witness.add_checkpoint(LOG.request(held, 40)).status == 200


def test_a_logs_next_key_is_accepted_when_it_was_added(witness: Witness) -> None:
    newer = ShortLog(LOG.entries, key=key_of("newer"))
    take(witness, 3)
    assert witness.add_checkpoint(newer.request(3, 7)).status == 403
    witness.add_log(newer.vkey)
    assert witness.add_checkpoint(newer.request(3, 7)).status == 200
    assert witness.add_checkpoint(LOG.request(7, 8)).status == 200
    witness.add_log(newer.vkey, alone=True)
    assert witness.add_checkpoint(LOG.request(8, 9)).status == 403
    assert witness.add_checkpoint(newer.request(8, 9)).status == 200


# --- files --------------------------------------------------------------------------


def test_a_witness_is_never_made_over_something(
    witness: Witness, clock: SettableClock
) -> None:
    with pytest.raises(UsageError):
        Witness.create(witness.folder, "witness.example/w1", clock)


def test_a_lost_memory_does_not_come_back_empty(
    witness: Witness, clock: SettableClock
) -> None:
    (witness.folder / "witness.sqlite").unlink()
    with pytest.raises(StoreUnavailableError):
        Witness.open(witness.folder, clock)
    with pytest.raises(StoreUnavailableError):
        witness.add_checkpoint(LOG.request(0, 3))
    assert not (witness.folder / "witness.sqlite").exists()


def test_a_witness_without_its_key_is_none(
    witness: Witness, clock: SettableClock, tmp_path: Path
) -> None:
    other = make_witness(tmp_path / "other", LOG)
    shutil.copy(other.folder / "key.pem", witness.folder / "key.pem")
    with pytest.raises(KeyStoreError):
        Witness.open(witness.folder, clock)
    (witness.folder / "key.pem").write_bytes(b"no key")
    with pytest.raises(KeyStoreError):
        Witness.open(witness.folder, clock)
    (witness.folder / "key.pem").unlink()
    with pytest.raises(MissingKeyError):
        Witness.open(witness.folder, clock)


def test_its_files_are_its_owners_alone(witness: Witness) -> None:
    take(witness, 7)
    witness.add_checkpoint(FORGED.request(7, 7))
    for path in (witness.folder, *witness.folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_cosigned_checkpoint_cannot_be_deleted_or_changed(witness: Witness) -> None:
    take(witness, 7)
    for statement in (
        "DELETE FROM cosigned",
        "UPDATE cosigned SET size = 3",
        "UPDATE cosigned SET time = 1",
    ):
        with pytest.raises(StoreUnavailableError), witness.state.writing() as pen:
            pen.connection.execute(statement)
    assert witness.add_checkpoint(LOG.request(0, 3)).body == "7\n"


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb"])
def test_a_name_that_no_line_can_carry_is_refused(
    name: str, tmp_path: Path, clock: SettableClock
) -> None:
    with pytest.raises(CheckpointError):
        Witness.create(tmp_path / "w", name, clock)
    assert not (tmp_path / "w").exists()
