"""Publishing to witnesses: who cosigned, who did not and why, what stops the log."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from ledger.errors import (
    LogError,
    ProductionError,
    RollbackError,
    StoreUnavailableError,
)
from ledger.log.conflict import Contradiction, parse_conflict
from ledger.log.cosignature import Cosigner, cosign, open_cosignatures
from ledger.log.note import Verifier, parse_note
from ledger.log.witness_request import SIZE_TYPE, parse_request
from ledger.production.kept import KeptCheckpoints, WitnessConflictError
from ledger.production.outside import WitnessTable
from ledger.production.witnessing import Publisher, Standing, WitnessRound
from ledger.witness.witness import Witness
from tests.simulators.forging import bodies, edited
from tests.simulators.ledger_studio import START, LedgerStudio, SettableClock
from tests.simulators.witnessed_log import answering, key_of, send, serving

Reply = Callable[[BaseHTTPRequestHandler, bytes], None]


class Outsiders:
    """Witnesses of one production, each with an address."""

    def __init__(self, studio: LedgerStudio, folder: Path, stack: ExitStack) -> None:
        self.studio, self.folder, self.stack = studio, folder, stack
        self.tables: list[WitnessTable] = []
        self.kept = KeptCheckpoints(studio.root / "log")
        studio.port.outside = self.kept.notes

    @property
    def vkey(self) -> str:
        public = self.studio.public("log")
        return Verifier(name=self.studio.origin, public_key=public).to_vkey()

    def honest(self, name: str = "funder.example/w1") -> Witness:
        folder = self.folder / name.replace("/", "-")
        witness = Witness.create(folder, name, self.studio.clock)
        witness.add_log(self.vkey)
        url = self.stack.enter_context(serving(witness))
        self.tables.append(WitnessTable(url=url, vkey=witness.vkey))
        return witness

    def other(self, reply: Reply, name: str = "liar.example/w1") -> Cosigner:
        cosigner = Cosigner.of(name, key_of(name))
        url = self.stack.enter_context(answering(reply))
        self.tables.append(WitnessTable(url=url, vkey=cosigner.to_vkey()))
        return cosigner

    def publish(self, quorum: int = 1, seconds: float = 5.0) -> WitnessRound:
        return Publisher(
            reader=self.studio.port.reader,
            kept=self.kept,
            witnesses=self.tables,
            quorum=quorum,
            clock=self.studio.clock,
            seconds=seconds,
        ).publish()


@pytest.fixture
def outsiders(grown: LedgerStudio, tmp_path: Path) -> Iterator[Outsiders]:
    with ExitStack() as stack:
        yield Outsiders(grown, tmp_path / "witnesses", stack)


def standings(done: WitnessRound) -> list[str]:
    return [one.standing.value for one in done.witnesses]


# --- going well ---------------------------------------------------------------------


def test_every_witness_cosigns_and_all_lines_are_kept(outsiders: Outsiders) -> None:
    witnesses = [outsiders.honest(name) for name in ("a.example", "b.example")]
    done = outsiders.publish(quorum=2)
    assert (done.cosigned, done.reached, done.size) == (2, True, 9)
    note = (outsiders.studio.root / "log" / "cosigned" / f"{9:020d}").read_bytes()
    cosigners = [Cosigner.from_vkey(one.vkey) for one in witnesses]
    assert len(open_cosignatures(note, cosigners)) == 2
    assert note.startswith(outsiders.studio.port.reader().checkpoint())


def test_a_growing_log_is_witnessed_again_with_a_proof(outsiders: Outsiders) -> None:
    witness = outsiders.honest()
    for number in range(20, 24):
        assert outsiders.publish().reached
        outsiders.studio.state(outsiders.studio.element(number))
    assert outsiders.publish().reached
    (log,) = witness.known()
    assert log.newest is not None
    assert log.newest.checkpoint.size == 13
    assert outsiders.kept.sizes() == [9, 10, 11, 12, 13]


def test_a_witness_that_knows_the_log_already_says_how_far(
    outsiders: Outsiders,
) -> None:
    outsiders.honest()
    outsiders.publish()
    outsiders.studio.state(outsiders.studio.element(20))
    # Nothing tells any more what the witness holds.
    (outsiders.kept.cosigned / f"{9:020d}").unlink()
    assert outsiders.publish().reached


def test_whoever_was_down_is_caught_up_and_nobody_is_asked_twice(
    outsiders: Outsiders,
) -> None:
    asked: list[int] = []

    def down(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        asked.append(1)
        send(handler, 503, b"")

    first = outsiders.honest("a.example")
    cosigner = outsiders.other(down)
    done = outsiders.publish(quorum=2)
    assert standings(done) == ["cosigned", "refused"]
    assert (done.cosigned, done.reached) == (1, False)

    def up(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        text = parse_request(body).note.text
        now = int(outsiders.studio.clock.now().timestamp())
        line = cosign(text, now, cosigner.name, key_of(cosigner.name))
        send(handler, 200, line.to_line().encode())

    url = outsiders.stack.enter_context(answering(up))
    outsiders.tables[1] = WitnessTable(url=url, vkey=cosigner.to_vkey())
    outsiders.tables[0] = WitnessTable(url="http://127.0.0.1:1", vkey=first.vkey)
    done = outsiders.publish(quorum=2)
    assert [(one.standing, one.new) for one in done.witnesses] == [
        (Standing.COSIGNED, False),
        (Standing.COSIGNED, True),
    ]


def test_without_a_witness_the_log_stays_self_attested(outsiders: Outsiders) -> None:
    done = outsiders.publish(quorum=0)
    assert (done.witnesses, done.reached) == ((), True)
    assert outsiders.kept.newest() is None


# --- down, slow, lying --------------------------------------------------------------


def cosigning(key: str, shift: int = 0, text: str = "") -> Reply:
    def reply(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        said = text or parse_request(body).note.text
        line = cosign(
            said, int(START.timestamp()) + shift, "liar.example/w1", key_of(key)
        )
        send(handler, 200, line.to_line().encode())

    return reply


def fixed(status: int, body: bytes, kind: str = "text/plain") -> Reply:
    return lambda handler, _: send(handler, status, body, kind)


def endless(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * 4096)
    except OSError:
        return


def dripping(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        return


def hanging(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    handler.rfile.read(1)  # until the other side gives up


def wandering() -> Reply:
    """Names another size each time that it is asked."""
    sizes = iter(range(1, 9))
    return lambda handler, _: send(handler, 409, b"%d\n" % next(sizes), SIZE_TYPE)


LIES = {
    "another key": (cosigning("other"), "unusable"),
    "a clock far ahead": (cosigning("liar.example/w1", 86_400), "unusable"),
    "a clock far behind": (cosigning("liar.example/w1", -86_400), "unusable"),
    "another tree": (cosigning("liar.example/w1", text="a\n1\nb\n"), "unusable"),
    "nothing": (fixed(200, b""), "unusable"),
    "garbage": (fixed(200, b"\xff\xfe ok"), "unusable"),
    "another checkpoint": (fixed(200, b"\n\xe2\x80\x94 a AAAAAAAA\n"), "unusable"),
    "endless": (endless, "unusable"),
    "dripping": (dripping, "slow"),
    "hanging": (hanging, "slow"),
    "409 without a size": (fixed(409, b"ten\n", SIZE_TYPE), "unusable"),
    "409 of another type": (fixed(409, b"3\n"), "unusable"),
    "the same size again": (fixed(409, b"0\n", SIZE_TYPE), "unusable"),
    "ever other sizes": (wandering(), "unusable"),
    "a size beyond ours, unproven": (fixed(409, b"99\n", SIZE_TYPE), "refused"),
    "no, without a reason": (fixed(422, b"no\n"), "refused"),
    "unknown log": (fixed(404, b""), "refused"),
    "elsewhere": (fixed(307, b""), "refused"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_witness_that_lies_is_named_and_costs_the_others_nothing(
    lie: str, outsiders: Outsiders
) -> None:
    reply, standing = LIES[lie]
    outsiders.other(reply)
    outsiders.honest("a.example")
    began = time.monotonic()
    done = outsiders.publish(quorum=1, seconds=0.6)
    assert time.monotonic() - began < 5
    assert standings(done) == [standing, "cosigned"]
    assert (done.reached, done.conflict) == (True, False)
    # Nobody can stop a production by saying no.
    outsiders.studio.state(outsiders.studio.element(20))


@pytest.mark.parametrize("shows", [False, True])
def test_a_witness_without_the_new_log_key_is_told_apart(
    *, shows: bool, outsiders: Outsiders
) -> None:
    held = outsiders.studio.port.reader().checkpoint()

    def forbidding(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        send(handler, *((403, b"") if body or not shows else (200, held)))

    outsiders.other(forbidding)
    done = outsiders.publish()
    assert (standings(done), done.conflict) == (["refused"], False)
    assert "may not know your log key" in done.witnesses[0].why


def test_a_witness_that_is_not_there_is_named(outsiders: Outsiders) -> None:
    vkey = Cosigner.of("gone.example", key_of("gone")).to_vkey()
    outsiders.tables.append(WitnessTable(url="http://127.0.0.1:1", vkey=vkey))
    done = outsiders.publish()
    assert (standings(done), done.reached) == (["unreachable"], False)


@pytest.mark.parametrize("names", [(), ("a.example", "b.example")])
def test_a_key_that_is_none_or_counts_twice_is_refused(
    names: tuple[str, ...], outsiders: Outsiders
) -> None:
    key = key_of("w")
    vkeys = [Cosigner.of(name, key).to_vkey() for name in names] or ["no key"]
    url = "http://127.0.0.1:1"
    outsiders.tables += [WitnessTable(url=url, vkey=vkey) for vkey in vkeys]
    with pytest.raises(ProductionError):
        outsiders.publish()


# --- conflicts ----------------------------------------------------------------------


@pytest.fixture
def second(tmp_path: Path) -> LedgerStudio:
    """The same log, by its own keys, written a second time: another history."""
    clock = SettableClock(START + timedelta(hours=1))
    studio = LedgerStudio(tmp_path / "second", clock=clock)
    studio.found()
    for number in range(30, 34):
        studio.state(studio.element(number))
    return studio


def test_two_histories_shown_to_two_witnesses_meet_at_the_third_publication(
    outsiders: Outsiders, second: LedgerStudio, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        others = Outsiders(second, tmp_path / "others", stack)
        shown = others.honest("guild.example/w1")
        assert others.publish().reached
        outsiders.honest("funder.example/w1")
        assert outsiders.publish().reached
        # Now the first history comes to the witness that saw the second.
        outsiders.tables.append(others.tables[0])
        outsiders.studio.state(outsiders.studio.element(20))
        done = outsiders.publish()
    assert standings(done) == ["cosigned", "conflict"]
    # Both sides keep it: the witness what it was shown, the studio what it signed.
    (log,) = shown.known()
    assert log.conflicts
    (path,) = outsiders.kept.evidence.glob("*.json")
    conflict = parse_conflict(path.read_bytes())
    assert conflict.reason is Contradiction.REWRITTEN
    assert parse_note(conflict.held.encode()).text.split("\n")[1] == "9"


def test_after_a_conflict_nothing_is_stated_and_reading_goes_on(
    outsiders: Outsiders, second: LedgerStudio
) -> None:
    shown = second.port.reader().checkpoint()

    def forked(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        send(handler, *((422, b"no\n") if body else (200, shown)))

    outsiders.other(forked)
    done = outsiders.publish()
    assert (standings(done), done.conflict) == (["conflict"], True)
    (path,) = outsiders.kept.evidence.glob("*.json")
    public = outsiders.studio.public("log")
    verifier = Verifier(name=outsiders.studio.origin, public_key=public)
    assert parse_conflict(path.read_bytes()).convicts([verifier])
    with pytest.raises(WitnessConflictError):
        outsiders.studio.state(outsiders.studio.element(20))
    with pytest.raises(WitnessConflictError):
        outsiders.publish()
    assert len(outsiders.studio.port.reader().entries(0, 9)) == 9


def test_a_restored_backup_is_found_by_what_the_witness_holds(
    outsiders: Outsiders, tmp_path: Path
) -> None:
    outsiders.honest()
    studio = outsiders.studio
    shutil.copytree(studio.root, tmp_path / "backup")
    studio.state(studio.element(20), studio.element(21))
    assert outsiders.publish().reached
    # The whole folder is put back: nothing in it tells.
    restored = LedgerStudio(tmp_path / "backup", clock=studio.clock)
    outsiders.studio = restored
    outsiders.kept = KeptCheckpoints(restored.root / "log")
    restored.port.outside = outsiders.kept.notes
    done = outsiders.publish()
    assert standings(done) == ["conflict"]
    # From now on the newest outside checkpoint is known here.
    with pytest.raises(RollbackError):
        restored.state(restored.element(22))
    with pytest.raises(RollbackError):
        outsiders.publish()


# --- start-up -----------------------------------------------------------------------


@pytest.mark.parametrize("more", [0, 10], ids=["as large", "larger"])
def test_another_historys_checkpoint_elsewhere_stops_the_log(
    more: int, outsiders: Outsiders, second: LedgerStudio, tmp_path: Path
) -> None:
    for number in range(40, 40 + more):
        second.state(second.element(number))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(second.port.reader().checkpoint())
    studio = LedgerStudio(outsiders.studio.root)
    studio.port.outside = KeptCheckpoints(studio.root / "log", elsewhere).notes
    with pytest.raises(RollbackError):
        studio.state(studio.element(20))
    assert studio.port.reader().size() == 9


def test_a_checkpoint_that_was_named_and_is_gone_stops_the_log(
    outsiders: Outsiders, tmp_path: Path
) -> None:
    studio = outsiders.studio
    studio.port.outside = KeptCheckpoints(studio.root / "log", tmp_path / "no").notes
    with pytest.raises(StoreUnavailableError):
        studio.state(studio.element(20))


def test_a_rewritten_database_is_not_shown_to_anybody(outsiders: Outsiders) -> None:
    asked: list[int] = []

    def listening(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        asked.append(1)
        send(handler, 503, b"")

    outsiders.other(listening)
    with outsiders.studio.foreign() as connection:
        body = edited(bodies(connection)[6])
        connection.execute("UPDATE entry SET body = ? WHERE idx = 6", (body,))
    with pytest.raises(LogError):
        outsiders.publish()
    assert asked == []
