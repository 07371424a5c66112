"""Whatever acts are submitted, admission and the fold say the same about them."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import NotPermittedError, RecordError
from ledger.history.current import History, check
from ledger.history.journal import EntryHead
from ledger.history.rights import may
from ledger.ports import Receipt
from ledger.records.identity import as_statement_id
from ledger.records.statement import Verb
from tests.simulators.ledger_studio import SIGNERS, STUDIO, LedgerStudio

PARTIES = {**SIGNERS, "studio": STUDIO}
VERBS: tuple[Verb, ...] = ("supersede", "correct", "withdraw", "dispute")


@dataclass(frozen=True)
class Step:
    """One statement: who says it, and what it does to which earlier one."""

    by: str
    verb: Verb | None
    target: int


steps = st.lists(
    st.builds(
        Step,
        by=st.sampled_from(sorted(PARTIES)),
        verb=st.sampled_from([None, *VERBS]),
        target=st.integers(0, 3),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def studio() -> Iterator[LedgerStudio]:
    """One log for all examples: each adds to it and looks at its own statements."""
    with tempfile.TemporaryDirectory() as folder:
        made = LedgerStudio(Path(folder))
        made.found()
        yield made
        assert made.check().ok


@dataclass
class Model:
    """What the fold says would happen."""

    history: History
    speakers: dict[str, str]

    def expects(self, head: EntryHead, party: str) -> type[RecordError] | None:
        try:
            check(head, self.history)
            if head.verb is not None and head.of is not None:
                may(head.verb, party, self.speakers[head.of], granted=True)
        except RecordError as error:
            return type(error)
        self.history = self.history.advance(head)
        self.speakers[head.id] = party
        return None


NUMBERS = iter(range(10_000, 10_000_000))


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=steps)
def test_receipts_and_refusals_are_those_of_the_fold(
    studio: LedgerStudio, steps: list[Step]
) -> None:
    model = Model(studio.history(), {})
    said: list[str] = []
    for step in steps:
        number = next(NUMBERS)
        verb = step.verb if said else None
        target = said[step.target % len(said)] if verb else None
        composed = (
            studio.act(number, verb, target)
            if verb and target
            else studio.element(number)
        )
        head = EntryHead(
            index=model.history.size,
            id=as_statement_id(composed.id),
            kind=composed.kind,
            verb=verb,
            of=as_statement_id(target) if target else None,
        )
        expected = model.expects(head, PARTIES[step.by])
        (answer,) = studio.submit(composed, by=step.by)
        if isinstance(answer, Receipt):
            assert expected is None
            assert answer.index == head.index
            said.append(composed.id)
        else:
            assert type(answer.error) is expected
            assert expected is not NotPermittedError or verb != "supersede"
    assert studio.history().size == model.history.size
    for name in said:
        known = as_statement_id(name)
        assert studio.history().state_of(known) is model.history.state_of(known)
        assert studio.history().disputes(known) == model.history.disputes(known)
