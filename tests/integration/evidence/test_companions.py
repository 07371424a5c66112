"""What goes along with a bundle says something of this log, or the bundle fails."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ledger.encoding.sheet import key_id_of
from ledger.evidence.assembling import verifier_source
from ledger.evidence.bundle import Request
from ledger.evidence.companions import CUSTODY, VERIFIER, Companions
from ledger.evidence.consistency import ConsistencyPart, prove_growth
from ledger.evidence.custody import Taking, custody_of
from ledger.evidence.single.checking import Asked, check_bundle
from ledger.evidence.single.outside import read_trust
from ledger.evidence.steps.media import Readers
from ledger.evidence.verify import verify_bundle
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.tree import Nodes, leaf_hash, root_of
from tests.simulators.repacking import contents, resign
from tests.simulators.stated_log import STUDIO_PARTY, StatedLog

SIZE = 2
TAKEN = Taking(at=datetime(2026, 11, 22, tzinfo=UTC), store="sqlite", exporter="홍길동")


@pytest.fixture(scope="module")
def log() -> StatedLog:
    return StatedLog(seed="companions")


def leaves(log: StatedLog) -> list[bytes]:
    return [leaf_hash(raw) for raw in log.log.raw_entries]


def note(
    log: StatedLog, size: int, by: str = "log", root: bytes | None = None
) -> bytes:
    found = root or root_of(leaves(log)[:size])
    point = Checkpoint(origin=log.origin, size=size, root=found)
    return sign_checkpoint(point, log.keys[by])


def custody(log: StatedLog, other: dict[str, object] | None = None) -> bytes:
    fields = {
        "log": log.origin,
        "studio": STUDIO_PARTY,
        "size": len(log.log.raw_entries),
        "key_id": key_id_of(log.public("studio")),
        **(other or {}),
    }
    return custody_of(fields, TAKEN).to_bytes()


def grown(log: StatedLog, old: int = SIZE) -> ConsistencyPart:
    return prove_growth(Nodes(leaves(log)), old)


def everything(log: StatedLog) -> Companions:
    return Companions(
        single={CUSTODY: custody(log), VERIFIER: verifier_source()},
        cosigned={SIZE: note(log, SIZE)},
        consistency={SIZE: grown(log).to_bytes()},
        notes={1: note(log, 1)},
    )


def codes(log: StatedLog, raw: bytes) -> tuple[int, int]:
    """What the command and the one file answer."""
    trust = log.trust()
    single = check_bundle(raw, Asked(trust=read_trust(trust.to_bytes())))
    return verify_bundle(raw, trust, Readers()).exit_code, single.exit_code


def test_true_companions_hold(log: StatedLog) -> None:
    raw = log.bundle(Request(), everything(log)).to_bytes()
    assert codes(log, raw) == (0, 0)
    assert {"custody.json", "verify.py", f"cosigned/{SIZE:020d}"} <= set(contents(raw))


Forge = Callable[[StatedLog], Companions]
FORGERIES: dict[str, Forge] = {
    "a cosigned checkpoint of another history": lambda log: Companions(
        cosigned={SIZE: note(log, SIZE, root=bytes(32))}
    ),
    "a cosigned checkpoint of another size": lambda log: Companions(
        cosigned={SIZE: note(log, 1)}
    ),
    "a cosigned checkpoint by another key": lambda log: Companions(
        cosigned={SIZE: note(log, SIZE, by="studio")}
    ),
    "an earlier checkpoint of another history": lambda log: Companions(
        notes={1: note(log, 1, root=bytes(32))}
    ),
    "a checkpoint of more entries than there are": lambda log: Companions(
        notes={9: note(log, 9, root=bytes(32))}
    ),
    "a proof with a changed hash": lambda log: Companions(
        consistency={
            SIZE: grown(log).model_copy(update={"hashes": ("0" * 64,)}).to_bytes()
        }
    ),
    "a proof of other sizes": lambda log: Companions(
        consistency={SIZE: grown(log, 1).to_bytes()}
    ),
    "a custody statement about another log": lambda log: Companions(
        single={CUSTODY: custody(log, {"log": "jangbu.invalid/0f0f0f0f0f0f0f0f"})}
    ),
    "a custody statement by another key": lambda log: Companions(
        single={CUSTODY: custody(log, {"key_id": "0" * 32})}
    ),
    "a custody statement in another form": lambda log: Companions(
        single={CUSTODY: custody(log) + b"\n"}
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_companion_fails_the_bundle(name: str, log: StatedLog) -> None:
    raw = log.bundle(Request(), FORGERIES[name](log)).to_bytes()
    verdict = verify_bundle(raw, log.trust(), Readers())
    assert verdict.exit_code == 5
    assert {one.step for one in verdict.failures} <= {
        "checkpoints",
        "consistency",
        "custody",
        "witnesses",
    }


@pytest.mark.parametrize("name", [name for name in FORGERIES if "custody" not in name])
def test_the_one_file_finds_them_too(name: str, log: StatedLog) -> None:
    raw = log.bundle(Request(), FORGERIES[name](log)).to_bytes()
    assert check_bundle(raw, Asked()).exit_code == 5


@pytest.mark.parametrize(
    "name",
    ["cosigned/2", "notes/00000000000000000002.bak", "tokens/1/a.tsr", "extra.txt"],
)
def test_a_part_that_is_no_companion_is_a_stowaway(name: str, log: StatedLog) -> None:
    raw = log.bundle(Request()).to_bytes()
    packed = resign(raw, {**contents(raw), name: b"x"}, log.keys["studio"])
    assert codes(log, packed) == (5, 5)


def test_companions_before_the_log_itself_are_refused(log: StatedLog) -> None:
    raw = log.bundle(Request(), everything(log)).to_bytes()
    parts = contents(raw)
    first = {CUSTODY: parts.pop(CUSTODY)}
    packed = resign(raw, {**first, **parts}, log.keys["studio"])
    assert codes(log, packed) == (5, 5)
