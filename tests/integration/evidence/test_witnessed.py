"""Somebody with every key of the studio, against what others hold."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.statement import Secret
from ledger.errors import UnreadableInputError
from ledger.evidence.bundle import Request
from ledger.evidence.companions import Companions
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import TrustFile, with_outsiders
from ledger.evidence.verdict import OpenPoint, Origin, Reason, State, Verdict
from ledger.evidence.verify import verify_bundle
from ledger.log.cosignature import Cosigner, cosign
from ledger.log.note import parse_note
from ledger.records.identity import instant_from
from pipeline.frames.png import encode_png
from tests.simulators import small_frames
from tests.simulators.small_studio import SmallStudio
from tests.simulators.witnessed_log import key_of

TIME = 1_795_336_200
NAMES = ("funder.example/w1", "guild.example/w1", "rival.example/w1")
WEAK = OpenPoint(Reason.WEAK, "witnesses.quorum", 1)


def vkey(name: str) -> str:
    return Cosigner.of(name, key_of(name)).to_vkey()


def cosigned(note: bytes, names: Sequence[str], time: int = TIME) -> bytes:
    text = parse_note(note).text
    lines = [cosign(text, time, name, key_of(name)).to_line() for name in names]
    return note + "".join(lines).encode()


def begun(studio: SmallStudio | None = None) -> SmallStudio:
    """A log with the file that all generations made."""
    log = studio or SmallStudio()
    log._asset({0: encode_png(small_frames.creature())})
    return log


def grow(log: SmallStudio, count: int, start: int = 0) -> None:
    """State generations; which of them are stated is up to the storyteller."""
    asset = next(one.id for one in log.log.stored if one.kind == "asset.1")
    for index in range(start, start + count):
        log.state(
            "generation.1",
            {
                "provider": "local",
                "model": "creature-maker",
                "model_version": f"1.{index}",
                "source_type": "trainedAlgorithmicMedia",
                "prompt": Secret(f"creature {index}"),
                "inputs": [],
                "outputs": [asset],
            },
            prev=[asset],
            at=instant_from(log.now),
            by="pipeline",
        )


@pytest.fixture
def log() -> SmallStudio:
    made = begun()
    grow(made, 4)
    return made


def trusting(
    log: SmallStudio, names: Sequence[str] = NAMES, quorum: int = 2
) -> TrustFile:
    return with_outsiders(
        log.trust(), witnesses=[vkey(name) for name in names], quorum=quorum
    )


def verify(
    log: SmallStudio,
    trust: TrustFile | None,
    since: bytes | None = None,
    packed: dict[int, bytes] | None = None,
) -> Verdict:
    companions = Companions(cosigned=packed or {})
    raw = log.bundle(Request(), companions).to_bytes()
    return verify_bundle(raw, trust, Readers(), since=since)


# --- the adversary ------------------------------------------------------------------


def rewritten(*, kept: int, after: int) -> SmallStudio:
    """All keys, the same genesis: one statement dropped, the rest stated again."""
    forged = begun()
    grow(forged, kept)
    # The one that is missing here would be `kept`; those after it move up.
    grow(forged, after, start=kept + 1)
    return forged


def test_all_keys_of_the_studio_are_enough_for_a_reader_without_outside_knowledge(
    log: SmallStudio,
) -> None:
    forged = rewritten(kept=1, after=3)
    verdict = verify(forged, log.trust())
    # It cannot be told from here, and the verdict says that nobody else confirms it.
    assert (verdict.state, verdict.origin) == (State.VERIFIED, Origin.KNOWN)
    assert verdict.witnessing.text(verdict.size)[0] == "self-attested:"
    assert verdict.to_json()["witnesses"] == {
        "attested": "self",
        "listed": 0,
        "quorum": 0,
        "size": 0,
        "cosigned": [],
        "not_yet": verdict.size,
    }


@pytest.mark.parametrize("after", [3, 6], ids=["as large", "grown"])
def test_a_dropped_statement_is_refused_with_the_funders_older_checkpoint(
    after: int, log: SmallStudio
) -> None:
    held = cosigned(log.log.note, NAMES[:1])
    forged = rewritten(kept=1, after=after)
    verdict = verify(forged, trusting(log, NAMES[:1], 1), since=held)
    assert verdict.exit_code == 5
    failure = verdict.failures[0]
    assert (failure.step, failure.error.code) == ("since", "log.consistency")
    assert "rewritten after a checkpoint that you hold" in str(failure.error)


def test_a_log_that_was_only_cut_is_refused_with_that_checkpoint(
    log: SmallStudio,
) -> None:
    held = cosigned(log.log.note, NAMES[:1])
    cut = begun()
    grow(cut, 3)
    verdict = verify(cut, trusting(log, NAMES[:1], 1), since=held)
    assert verdict.exit_code == 5
    assert verdict.failures[0].error.code == "log.rollback"


def test_what_came_after_the_checkpoint_is_not_yet_witnessed(log: SmallStudio) -> None:
    held = cosigned(log.log.note, NAMES[:1])
    size = log.log.size()
    # All keys again, but the change is of what nobody had witnessed.
    grow(log, 3, start=90)
    verdict = verify(log, trusting(log, NAMES[:1], 1), since=held)
    assert verdict.state is State.VERIFIED
    witnessing = verdict.witnessing
    assert (witnessing.size, witnessing.since) == (size, size)
    last = witnessing.text(verdict.size)[-1]
    assert last == f"3 of {size + 3} entries are not yet witnessed"


def test_an_old_checkpoint_without_any_witness_still_convicts(log: SmallStudio) -> None:
    held = log.log.note
    assert verify(log, log.trust(), since=held).state is State.VERIFIED
    assert verify(rewritten(kept=1, after=5), log.trust(), since=held).exit_code == 5
    assert verify(rewritten(kept=1, after=5), None, since=held).exit_code == 5


# --- quorum -------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_fewer_cosignatures_than_the_quorum_leave_the_bundle_open(
    count: int, log: SmallStudio
) -> None:
    size = log.log.size()
    packed = {size: cosigned(log.log.note, NAMES[:count])}
    verdict = verify(log, trusting(log), packed=packed)
    reached = count >= 2
    assert verdict.state is (State.VERIFIED if reached else State.OPEN)
    assert (WEAK in verdict.open_points) is not reached
    assert verdict.witnessing.size == (size if reached else 0)
    assert len(verdict.witnessing.cosigned) == count
    first, second, *_ = verdict.witnessing.text(size)
    if reached:
        assert first == f"witnessed by {count} of your 3 witnesses (you ask for 2):"
    else:
        assert (first, f"{count} of 3" in second) == ("self-attested:", True)


def test_witnesses_of_different_checkpoints_make_no_quorum(log: SmallStudio) -> None:
    earlier, size = log.log.note, log.log.size()
    grow(log, 1, start=50)
    packed = {
        size: cosigned(earlier, NAMES[:1]),
        size + 1: cosigned(log.log.note, NAMES[1:2]),
    }
    assert WEAK in verify(log, trusting(log), packed=packed).open_points


def test_witnesses_that_the_reader_does_not_list_count_for_nothing(
    log: SmallStudio,
) -> None:
    packed = {log.log.size(): cosigned(log.log.note, NAMES[1:])}
    assert verify(log, trusting(log, NAMES[:1], 1), packed=packed).state is State.OPEN
    # And without a trust file nobody's do.
    verdict = verify(log, None, packed=packed)
    assert verdict.state is State.ORIGIN_UNKNOWN
    assert verdict.witnessing.text(verdict.size)[0] == "self-attested:"


def test_a_trust_file_of_another_log_brings_no_witnesses(log: SmallStudio) -> None:
    other = SmallStudio(seed="other", origin="jangbu.invalid/0f0f0f0f0f0f0f0f")
    packed = {log.log.size(): cosigned(log.log.note, NAMES)}
    verdict = verify(log, trusting(other), packed=packed)
    assert verdict.state is State.ORIGIN_UNKNOWN
    assert verdict.witnessing.listed == 0


def test_the_holder_of_all_keys_cannot_invent_a_cosignature(log: SmallStudio) -> None:
    forged = rewritten(kept=1, after=3)
    note = forged.log.note
    text = parse_note(note).text
    real = cosign(text, TIME, NAMES[0], key_of(NAMES[0]))
    own = Ed25519PrivateKey.generate()
    value = cosign(text, TIME, NAMES[0], own).value
    line = replace(real, value=value).to_line().encode()
    packed = {forged.log.size(): note + line}
    verdict = verify(forged, trusting(log, NAMES[:1], 1), packed=packed)
    assert (verdict.exit_code, verdict.failures[0].step) == (5, "witnesses")


def test_cosignatures_of_the_true_history_do_not_fit_the_forged_one(
    log: SmallStudio,
) -> None:
    packed = {log.log.size(): cosigned(log.log.note, NAMES)}
    forged = rewritten(kept=1, after=4)
    verdict = verify(forged, trusting(log), packed=packed)
    assert (verdict.exit_code, verdict.failures[0].step) == (5, "witnesses")


def test_two_histories_shown_to_two_readers_meet_when_these_compare(
    log: SmallStudio,
) -> None:
    forged = rewritten(kept=1, after=3)
    one = {log.log.size(): cosigned(log.log.note, NAMES[:1])}
    other = {forged.log.size(): cosigned(forged.log.note, NAMES[1:2])}
    # Each witness saw its own history, so each reader is content …
    assert verify(log, trusting(log, NAMES[:1], 1), packed=one).exit_code == 0
    second = verify(forged, trusting(log, NAMES[1:2], 1), packed=other)
    assert second.exit_code == 0
    # … until one of them holds what the other was shown; and a quorum of both
    # witnesses is beyond either history.
    assert verify(log, log.trust(), since=forged.log.note).exit_code == 5
    assert WEAK in verify(log, trusting(log, NAMES[:2], 2), packed=one).open_points


# --- what the reader gives ----------------------------------------------------------


def test_what_is_no_checkpoint_of_this_log_is_unreadable(log: SmallStudio) -> None:
    other = SmallStudio(origin="jangbu.invalid/0f0f0f0f0f0f0f0f")
    for note in (b"", b"note", other.log.note):
        with pytest.raises(UnreadableInputError):
            verify(log, log.trust(), since=note)


def test_a_checkpoint_of_this_log_by_another_key_is_a_failure(log: SmallStudio) -> None:
    thief = SmallStudio(seed="thief")
    verdict = verify(log, log.trust(), since=thief.log.note)
    assert (verdict.exit_code, verdict.failures[0].step) == (5, "since")


def test_a_newer_checkpoint_by_an_unknown_key_says_that_the_bundle_ends_before(
    log: SmallStudio,
) -> None:
    newer = begun(SmallStudio(seed="thief"))
    grow(newer, log.log.size() + 1)
    verdict = verify(log, log.trust(), since=newer.log.note)
    failure = verdict.failures[0]
    assert (verdict.exit_code, failure.step) == (5, "since")
    assert "ends before that checkpoint" in str(failure.error)


def test_a_witness_may_state_a_time_beyond_every_calendar(log: SmallStudio) -> None:
    held = cosigned(log.log.note, NAMES[:1], time=2**63 - 1)
    verdict = verify(log, trusting(log, NAMES[:1], 1), since=held)
    assert verdict.exit_code == 0
    assert "second 9223372036854775807" in verdict.witnessing.text(verdict.size)[1]
