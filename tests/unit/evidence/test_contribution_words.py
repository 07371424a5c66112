"""Every value that is signed is printed: none is passed over."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding.statement import Draft, Secret, canonical_object, compose
from ledger.evidence.contribution_file import OpenedRequest, open_request
from ledger.evidence.contribution_form import Request
from ledger.evidence.contribution_words import lines_of, readable

SECRET = bytes(32)
LOG = "jangbu.invalid/0123456789abcdef"
PUBLIC_KEY = "6eac390d05363f06076cca228323a7e35dae60c4280d93854746f5b3be81fa3e"

texts = st.text("abc가나다 {}[]:\u202e\u001b\n", min_size=1, max_size=12)
values = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("ab _/~", min_size=1, max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def request_of(terms: Any) -> OpenedRequest:  # noqa: ANN401  # any JSON
    composed = compose(
        Draft(
            log=LOG,
            kind="engagement.1",
            key="ab" * 16,
            at="2026-09-01T10:00:00.000000Z",
            body={
                "party": Secret("cd" * 16),
                "company": Secret("ef" * 16),
                "terms": Secret(terms),
            },
        ),
        lambda _: SECRET,
    )
    openings = [one.opening.to_json() for one in composed.values]
    return open_request(
        Request.model_validate(
            {
                "log": LOG,
                "org": "57" * 16,
                "public_key": PUBLIC_KEY,
                "names": {},
                "statements": (
                    {
                        "statement": canonical_object(composed.raw),
                        "blind": composed.blind.hex(),
                        "by_blind": composed.by_blind.hex(),
                        "openings": tuple(openings),
                    },
                ),
                "relied_on": (),
            }
        )
    )


def leaves_of(value: Any) -> Iterator[str]:  # noqa: ANN401  # any JSON
    match value:
        case dict():
            for name, item in value.items():
                yield readable(name)
                yield from leaves_of(item)
        case list():
            for item in value:
                yield from leaves_of(item)
        case bool():
            yield str(value).lower()
        case _:
            yield readable(str(value))


@given(values)
def test_no_value_of_what_is_signed_is_left_out(terms: Any) -> None:  # noqa: ANN401
    shown = "\n".join(lines_of(request_of(terms)))
    for text in leaves_of(terms):
        assert text in shown


def test_nothing_hides_in_a_text() -> None:
    assert readable("a\u202eb\u200b\u001b[2J") == "a<U+202E>b<U+200B><U+001B>[2J"
    # A line that would look like another field is marked as what it is.
    assert readable("하나\n    인물 party: 둘\t.") == (
        "하나\n        |     인물 party: 둘\t."
    )
