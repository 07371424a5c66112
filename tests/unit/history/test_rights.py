"""Who may use which verb."""

import pytest

from ledger.errors import NotPermittedError
from ledger.history.rights import may
from ledger.records.statement import Verb

STUDIO, VENDOR = "5" * 32, "7" * 32


@pytest.mark.parametrize("verb", ["supersede", "correct", "withdraw", "dispute"])
@pytest.mark.parametrize("target", [STUDIO, VENDOR])
def test_nobody_does_what_was_not_delegated(verb: Verb, target: str) -> None:
    with pytest.raises(NotPermittedError) as refused:
        may(verb, STUDIO, target, granted=False)
    assert refused.value.facts == {"verb": verb}


@pytest.mark.parametrize("target", [STUDIO, VENDOR])
def test_a_delegation_is_enough_to_supersede(target: str) -> None:
    may("supersede", STUDIO, target, granted=True)


@pytest.mark.parametrize("verb", ["correct", "withdraw"])
def test_only_who_said_it_corrects_or_withdraws_it(verb: Verb) -> None:
    may(verb, STUDIO, STUDIO, granted=True)
    with pytest.raises(NotPermittedError):
        may(verb, STUDIO, VENDOR, granted=True)


def test_only_another_party_disputes() -> None:
    may("dispute", STUDIO, VENDOR, granted=True)
    with pytest.raises(NotPermittedError):
        may("dispute", STUDIO, STUDIO, granted=True)


def test_a_refusal_names_no_party_in_public() -> None:
    with pytest.raises(NotPermittedError) as refused:
        may("correct", STUDIO, VENDOR, granted=True)
    assert STUDIO not in str(refused.value)
    assert VENDOR not in str(refused.value)
