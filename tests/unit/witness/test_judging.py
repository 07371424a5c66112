"""What a witness answers, in the order of the specification."""

import pytest

from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.conflict import Contradiction
from ledger.log.note import Verifier, parse_note, sign_note
from ledger.log.witness_request import SIZE_TYPE, parse_request
from ledger.witness.judging import Accepted, Known, Refused, judge
from tests.simulators.witnessed_log import ORIGIN, ShortLog, key_of

LOG = ShortLog.of(9)
KEYS = (Verifier.from_vkey(LOG.vkey),)
FORGED = LOG.rewritten(2)


def point(log: ShortLog, size: int) -> Checkpoint:
    return parse_checkpoint(parse_note(log.note(size)).text)


def known(*sizes: int) -> Known:
    """A witness that cosigned the log at these sizes."""
    cosigned = {size: point(LOG, size) for size in sizes}
    held = cosigned[max(sizes)] if sizes else None
    return Known(KEYS, held, lambda size: cosigned.get(size))  # noqa: PLW0108


def refusal(raw: bytes, known_: Known) -> tuple[int, Contradiction | None]:
    decided = judge(parse_request(raw), known_)
    assert isinstance(decided, Refused)
    return decided.answer.status, decided.reason


@pytest.mark.parametrize(
    ("raw", "sizes"),
    [
        (LOG.request(0, 0), ()),
        (LOG.request(0, 5), ()),
        (LOG.request(5, 9), (3, 5)),
        (LOG.request(5, 5), (5,)),
    ],
    ids=["empty", "first", "grown", "again"],
)
def test_what_continues_is_accepted(raw: bytes, sizes: tuple[int, ...]) -> None:
    decided = judge(parse_request(raw), known(*sizes))
    assert isinstance(decided, Accepted)
    assert decided.text == parse_request(raw).note.text


def test_an_unknown_log_is_not_found() -> None:
    nobody = Known((), None, lambda _: None)
    assert refusal(LOG.request(0, 5), nobody) == (404, None)


def test_another_key_is_forbidden() -> None:
    thief = ShortLog(LOG.entries, key=key_of("thief"))
    assert refusal(thief.request(0, 5), known()) == (403, None)


def test_an_old_size_above_the_new_is_a_bad_request() -> None:
    assert refusal(LOG.request(5, 3, ()), known(5)) == (400, None)


def test_another_old_size_gets_the_held_one() -> None:
    decided = judge(parse_request(LOG.request(2, 9)), known(5))
    assert isinstance(decided, Refused)
    answer = decided.answer
    assert (answer.status, answer.body) == (409, "5\n")
    assert answer.content_type == SIZE_TYPE
    assert decided.reason is None


def test_a_restored_backup_is_refused_and_kept() -> None:
    assert refusal(LOG.request(0, 4), known(5)) == (409, Contradiction.ROLLBACK)


def test_an_earlier_cosigned_checkpoint_that_is_sent_again_is_nothing_new() -> None:
    assert refusal(LOG.request(0, 3), known(3, 5)) == (409, None)


@pytest.mark.parametrize("old", [0, 3])
def test_another_root_at_a_cosigned_size_is_kept_whatever_old_size_it_has(
    old: int,
) -> None:
    raw = FORGED.request(old, 3)
    assert refusal(raw, known(3, 5)) == (409, Contradiction.FORK)


def test_one_entry_rewritten_at_the_same_size_is_a_fork() -> None:
    assert refusal(FORGED.request(5, 5), known(5)) == (422, Contradiction.FORK)


def test_a_rewritten_log_that_grows_is_refused_and_kept() -> None:
    raw = FORGED.request(5, 9)
    assert refusal(raw, known(5)) == (422, Contradiction.REWRITTEN)


def test_a_missing_proof_shows_nothing_but_carelessness() -> None:
    assert refusal(LOG.request(5, 9, ()), known(5)) == (422, None)


@pytest.mark.parametrize("old", [0, 5])
def test_a_proof_where_none_belongs_is_refused(old: int) -> None:
    raw = LOG.request(old, 5, LOG.prove(3, 5))
    assert refusal(raw, known(5) if old else known())[0] == 422


def test_an_invented_root_of_an_empty_log_is_refused() -> None:
    text = f"{ORIGIN}\n0\n{parse_note(LOG.note(5)).text.split()[2]}\n"
    signed = b"old 0\n\n" + sign_note(text, ORIGIN, LOG.key)
    assert refusal(signed, known()) == (422, None)
    stolen = b"old 0\n\n" + sign_note(text, ORIGIN, key_of("thief"))
    assert refusal(stolen, known()) == (403, None)


def test_a_new_key_is_accepted_beside_the_old_one() -> None:
    newer = ShortLog(LOG.entries, key=key_of("newer"))
    both = Known((*KEYS, Verifier.from_vkey(newer.vkey)), None, lambda _: None)
    assert isinstance(judge(parse_request(newer.request(0, 5)), both), Accepted)
