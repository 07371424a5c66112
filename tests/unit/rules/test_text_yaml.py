"""YAML as text: what is refused, and where."""

import unicodedata

import pytest

from ledger.rules.errors import MalformedPolicyError
from ledger.rules.text_yaml import MAX_BYTES, MAX_DEPTH, MAX_NODES, load

DEEP = "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)
DECOMPOSED = unicodedata.normalize("NFD", "가")
BILLION = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"


def refused(raw: bytes) -> MalformedPolicyError:
    with pytest.raises(MalformedPolicyError) as caught:
        load(raw, "file.yaml")
    return caught.value


@pytest.mark.parametrize(
    "scalar", ["yes", "NO", "012", "12:30", "0.10", "2025-06-30", ".nan", "~", "null"]
)
def test_a_scalar_is_the_text_that_stands_there(scalar: str) -> None:
    assert load(f"a: {scalar}".encode(), "file.yaml") == {"a": scalar}


def test_lists_mappings_and_blocks_keep_their_order_and_their_lines() -> None:
    raw = "b: [1, {x: y}]\na: |\n  가\n  나\nempty:\n".encode()
    assert load(raw, "file.yaml") == {
        "b": ["1", {"x": "y"}],
        "a": "가\n나\n",
        "empty": "",
    }


@pytest.mark.parametrize(
    ("text", "met", "where"),
    [
        (BILLION, "an anchor", "file.yaml#/a"),
        ("a: *b", "an alias", "file.yaml#/a"),
        ("a: !!python/object/new:os.system [echo]", "one", "file.yaml#/a"),
        ("a: !!str x", "one", "file.yaml#/a"),
        ("a: ! x", "one", "file.yaml#/a"),
        ("a: {b: 1, b: 2}", "b again", "file.yaml#/a"),
        ("a/b: {c: 1, c: 2}", "c again", "file.yaml#/a~1b"),
        ("{[x]: y}", "a list or a mapping", "file.yaml#"),
        ("이름: x", "이름", "file.yaml#"),
        ("a: 1\n---\nb: 2", "another one", "file.yaml#"),
        ("%YAML 1.1\n---\na: 1", "one", "file.yaml#"),
        ("", "none", "file.yaml#"),
        (
            f"a: {unicodedata.normalize('NFD', '가')}",
            "another form (NFD?)",
            "file.yaml#/a",
        ),
        ('a: "\\u202e"', "U+202E", "file.yaml#/a"),
        ('a: "\\0"', "U+0000", "file.yaml#/a"),
        ('a: "\\ud800"', "U+D800", "file.yaml#/a"),
        ('a: ["\\t"]', "U+0009", "file.yaml#/a"),
        (DEEP, "deeper nesting", "file.yaml#" + "/0" * (MAX_DEPTH - 1)),
        ("[" * 100_000, "deeper nesting", "file.yaml#" + "/0" * (MAX_DEPTH - 1)),
        ("a: [1" + ",1" * MAX_NODES, "more", "file.yaml#/a"),
        ('a: "\\UFFFFFFFF"', "a character that is not permitted", "file.yaml#"),
        ("\ufeffa: 1", "one", "file.yaml#"),
    ],
)
def test_what_yaml_allows_and_a_policy_must_not_have(
    text: str, met: str, where: str
) -> None:
    error = refused(text.encode("utf-8"))
    assert (error.met, error.where) == (met, where)


def test_a_syntax_error_names_the_line() -> None:
    assert refused(b"a: 1\nb: [").met.endswith("in line 2")


def test_other_encodings_are_refused() -> None:
    assert refused("a: 가".encode("euc-kr")).expected == "UTF-8"
    assert refused("a: 가".encode("utf-16")).expected == "UTF-8"


def test_a_large_file_is_refused_before_it_is_read() -> None:
    assert refused(b"a: " + b"x" * 1_000_000).met == "a larger file"
    assert load(b"a: " + b"x" * (MAX_BYTES - 3), "file.yaml")
