"""production.toml: handles, Latin names, what parties may; older files stay valid."""

import pytest

from ledger.errors import ProductionError, UnknownNameError
from ledger.production.registry import (
    Registry,
    mint,
    parse_registry,
    registry_text,
    uid_of,
)

OLDER = """
[production]
title = "The Room (fictional)"

[[party]]
type = "organisation"
name = "Example Pictures (fictional)"

[[party]]
type = "person"
name = "김하나 (가공인물)"
"""
HANDLED = """
latin = "Kim Hana"
handle = "painter"
may = ["contribution", "opinion"]
"""


def registry(text: str) -> Registry:
    return parse_registry(text.encode(), "production.toml")


def test_a_file_without_the_new_fields_is_read_and_written_as_before() -> None:
    found = registry(OLDER)
    assert [(one.handle, one.latin, one.may) for one in found.party] == [
        (None, None, ())
    ] * 2
    assert registry_text(found).decode().count("\n") <= OLDER.count("\n") + 2
    for field in (b"may", b"handle", b"latin"):
        assert field not in registry_text(found)


def test_what_is_written_is_what_was_read() -> None:
    found = mint(registry(OLDER + HANDLED))
    assert parse_registry(registry_text(found), "again") == found
    assert found.party[1].may == ("contribution", "opinion")


def test_a_party_is_found_by_handle_uid_and_name() -> None:
    found = mint(registry(OLDER + HANDLED))
    painter = found.party[1]
    for reference in ("painter", uid_of(painter), "김하나 (가공인물)"):
        assert found.party_called(reference) == painter


@pytest.mark.parametrize("reference", ["Painter", "", "nobody", "김하나", "None"])
def test_an_unknown_party_is_refused(reference: str) -> None:
    with pytest.raises(UnknownNameError) as refused:
        registry(OLDER).party_called(reference)
    # Not in what may be persisted: it may be a name.
    assert reference not in refused.value.public().values()


def test_a_name_that_two_parties_have_is_refused_and_their_handles_are_not() -> None:
    twin = '\n[[party]]\ntype = "person"\nname = "김하나 (가공인물)"\n'
    found = mint(registry(OLDER + HANDLED + twin + 'handle = "actor"\n'))
    with pytest.raises(UnknownNameError):
        found.party_called("김하나 (가공인물)")
    assert found.party_called("actor") != found.party_called("painter")


def test_a_handle_that_is_anothers_name_is_ambiguous() -> None:
    twin = '\n[[party]]\ntype = "person"\nname = "painter"\n'
    with pytest.raises(UnknownNameError):
        registry(OLDER + HANDLED + twin).party_called("painter")


@pytest.mark.parametrize(
    "line",
    [
        'handle = "Painter"',
        'handle = ""',
        'handle = "페인터"',
        'handle = "a b"',
        f'handle = "{"a" * 41}"',
        f'handle = "{"a1" * 16}"',
        'handle = "painter\\n"',
        'may = "contribution"',
        'may = ["frame.set"]',
        'may = ["delegation"]',
        'may = ["contribution", "contribution"]',
        'may = ["contribution.1"]',
        'latin = ""',
        'latin = "Kim\\u0007"',
        f'latin = "{"x" * 201}"',
        'latin = "Zoe\\u0308"',
        'latin = "Kim\\u202eanaH"',
        'latin = "Kim\\u2066Hana"',
        'latin = "Kim\\u200bHana"',
        'latin = "\\u3164"',
        'latin = "\\u200d"',
        'nickname = "painter"',
    ],
)
def test_what_does_not_fit_is_refused_with_its_field(line: str) -> None:
    with pytest.raises(ProductionError) as refused:
        registry(f"{OLDER}{line}\n")
    assert refused.value.where.startswith("production.toml: party.1.")


@pytest.mark.parametrize("line", ['handle = "painter"', f'uid = "{"a1" * 16}"'])
def test_no_two_parties_share_a_handle_or_a_uid(line: str) -> None:
    twin = '\n[[party]]\ntype = "person"\nname = "이두리"\n'
    with pytest.raises(ProductionError):
        registry(f"{OLDER}{line}\n{twin}{line}\n")


def test_a_name_may_be_spelled_with_joiners() -> None:
    found = registry(f'{OLDER}latin = "क्\u200cष"\n')
    assert found.party[1].latin == "क्\u200cष"


@pytest.mark.parametrize(
    "text", ["a = " + "9" * 5000, "a = " + "[" * 5000, "a" + ".a" * 2000 + " = 1"]
)
def test_toml_that_no_parser_takes_is_refused(text: str) -> None:
    with pytest.raises(ProductionError):
        registry(text)


def test_a_row_without_uid_is_refused() -> None:
    with pytest.raises(ProductionError):
        uid_of(registry(OLDER).party[0])
