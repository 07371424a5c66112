"""The table of kinds."""

import pytest

from ledger.encoding.kinds import KINDS, rule_for
from ledger.errors import UnknownKindError
from ledger.records.statement import Scope


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_kind_has_a_rule_with_a_closed_body(kind: str) -> None:
    rule = rule_for(kind)
    assert rule.body.model_config["extra"] == "forbid"
    assert rule.scope <= set(Scope.model_fields)


@pytest.mark.parametrize("kind", ["generation", "generation.2", "", "GENERATION.1"])
def test_an_unknown_kind_is_refused_with_where_to_look(kind: str) -> None:
    with pytest.raises(UnknownKindError) as refused:
        rule_for(kind)
    assert refused.value.where == "/kind"
    assert "kinds.md" in refused.value.expected


def test_what_states_no_frames_contradicts_none() -> None:
    for rule in KINDS.values():
        assert rule.fits(Scope(), Scope()) == ""
