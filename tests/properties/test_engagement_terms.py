"""Terms of an engagement come from a contract: anything may stand in the file."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.errors import RecordError
from ledger.production.told import as_code, as_terms
from ledger.records.people import EngagementTerms

JSON = st.recursive(
    st.one_of(st.text(max_size=8), st.booleans(), st.integers(), st.floats()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from([*EngagementTerms.model_fields, "code", "since", "이름"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=8,
)


@given(JSON)
def test_whatever_stands_there_is_admitted_whole_or_refused(value: object) -> None:
    try:
        terms = as_terms(value)
    except (RecordError, ValidationError):
        return
    assert isinstance(value, dict)
    assert terms.model_dump(mode="json", exclude_unset=True) == value


@given(JSON)
def test_a_code_comes_from_an_alias_of_the_one_form(value: object) -> None:
    try:
        code = as_code(value)
    except RecordError:
        return
    assert isinstance(value, dict)
    assert (code, set(value)) == (value["code"], {"code", "since"})
