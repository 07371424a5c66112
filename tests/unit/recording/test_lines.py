import json
from typing import Any

import pytest

from ledger.errors import RecordFileError
from pipeline.recording.forms import (
    ContributionLine,
    CutWithdrawal,
    GenerationLine,
    OpinionLine,
    Withdrawal,
    parse_form,
)
from pipeline.recording.lines import LARGEST_LINE, MOST_LINES, split_lines

AT = "2026-09-01T10:00:00.000000Z"
DIRECTED: dict[str, Any] = {
    "kind": "contribution",
    "party": "director",
    "route": "direction",
    "act": "direct",
    "at": AT,
}
GENERATED: dict[str, Any] = {
    "kind": "generation",
    "provider": "scripted",
    "model": "m",
    "model_version": "1",
    "source_type": "algorithmicMedia",
    "asked_at": AT,
    "prompt": "a sea",
    "outputs": ["sea.png"],
}


def read(**changed: Any) -> Any:  # noqa: ANN401  # any form
    return read_line({**DIRECTED, **changed})


def read_line(value: Any) -> Any:  # noqa: ANN401
    (line,) = split_lines(json.dumps(value).encode())
    return parse_form(line)


def refused(raw: bytes) -> RecordFileError:
    with pytest.raises(RecordFileError) as caught:
        split_lines(raw)
    assert str(caught.value)
    return caught.value


def test_a_line_is_one_object_and_empty_lines_are_passed_over() -> None:
    lines = split_lines(b'{"a":1}\r\n\n  \n{"b":"\xea\xb9\x80"}')
    assert [(one.number, one.value) for one in lines] == [
        (1, {"a": 1}),
        (4, {"b": "김"}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"nonsense",
        b'{"a":1} {"b":2}',
        b"[1]",
        b'"text"',
        b"7",
        b'{"a":1.5}',
        b'{"a":NaN}',
        b'{"a":null}',
        b'{"a":1,"a":2}',
        b'{"a":"\x00"}',
        b'{"a":"\\u0000"}',
        b'{"a":"\\u001b[31m"}',
        b'{"a":{"b":["\\u2028"]}}',
        b'{"a":"\\u0085"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":"\xe1\x84\x80\xe1\x85\xa1"}',  # 가, decomposed
        b'{"\xea\xb0\x80":1}',
        b'{"a":99999999999999999999999}',
        b'{"a":' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"\xef\xbb\xbf{}",
    ],
)
def test_a_hostile_line_is_refused_with_its_number(text: bytes) -> None:
    error = refused(b'{"a":1}\n' + text)
    assert error.where.startswith("line 2")
    assert error.facts["line"] == 2
    assert error.exit_code == 4


def test_the_field_of_a_control_character_is_named() -> None:
    assert refused(b'{"a":{"b":["x","\\u0007"]}}').where == "line 1: /a/b/1"


@pytest.mark.parametrize("letter", ["\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad"])
def test_the_field_of_a_character_that_is_never_seen_is_named(letter: str) -> None:
    line = {**DIRECTED, "note": f"a{letter}b"}
    error = refused(json.dumps(line).encode())
    assert error.where == "line 1: /note"
    assert error.met == f"U+{ord(letter):04X}"


def test_a_prompt_is_kept_as_the_model_got_it_and_joiners_may_stand_anywhere() -> None:
    prompt = "a\u200bsea"
    form = read_line({**GENERATED, "prompt": prompt, "parameters": {"not": prompt}})
    assert form.prompt == prompt
    assert form.parameters == {"not": prompt}
    assert read(note="क्\u200cष").note == "क्\u200cष"


@pytest.mark.parametrize("note", ["", " ", "\n\t", "\u3164", "\u200d"])
def test_a_note_that_nobody_can_see_is_refused(note: str) -> None:
    with pytest.raises(RecordFileError) as caught:
        read(note=note)
    assert caught.value.where == "line 1: /note"


def test_what_is_too_long_is_refused_before_it_is_parsed() -> None:
    huge = b'{"a":"' + b"x" * (10 << 20) + b'"}'
    assert str(LARGEST_LINE) in refused(huge).expected
    assert str(MOST_LINES) in refused(b'{"a":1}\n' * (MOST_LINES + 1)).expected


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"  \r\n"])
def test_a_file_without_a_line_is_refused(raw: bytes) -> None:
    assert "at least one line" in refused(raw).expected


def test_a_path_alone_is_short_for_an_object() -> None:
    form = read(before=["a.png", {"source": "b.%04d.png", "frames": "1-4"}])
    assert isinstance(form, ContributionLine)
    assert [(one.source, one.frames) for one in form.before] == [
        ("a.png", None),
        ("b.%04d.png", "1-4"),
    ]


def test_a_generation_has_the_fields_of_a_generators_own_record() -> None:
    inputs = [{"source": "p.%04d.png", "frames": "1-4", "edge": "transformed"}]
    form = read_line({**GENERATED, "seed": 7, "inputs": inputs, "party": "director"})
    assert isinstance(form, GenerationLine)
    assert form.inputs[0].edge == "transformed"
    assert form.outputs[0].source == "sea.png"


def test_whether_an_opinion_confirms_is_false_unless_it_says_so() -> None:
    form = read_line(
        {
            "kind": "opinion",
            "by": "assessor",
            "question": "kr.authorship.edit",
            "judgement": "expression.added",
            "finding": "undecided",
            "reasons": "첫 줄\n둘째 줄",
            "at": AT,
        }
    )
    assert isinstance(form, OpinionLine)
    assert form.confirms is False


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"route": "genius"}, "/route"),
        ({"kind": "credit"}, "/kind"),
        ({"kind": 7}, "/kind"),
        ({"act": "Paint"}, "/act"),
        ({"act": "x" * 97}, "/act"),
        ({"party": "x" * 201}, "/party"),
        ({"party": ""}, "/party"),
        ({"party": 7}, "/party"),
        ({"at": "2026-09-01"}, "/at"),
        ({"at": "2026-13-01T10:00:00.000000Z"}, "/at"),
        ({"author": "painter"}, "/author"),
        ({"minutes": -1}, "/minutes"),
        ({"minutes": True}, "/minutes"),
        ({"candidates": 0}, "/candidates"),
        ({"note": "x" * 20_001}, "/note"),
        ({"frames": 1001}, "/frames"),
        ({"before": ["/etc/passwd"]}, "/before/0/source"),
        ({"before": ["../a.png"]}, "/before/0/source"),
        ({"before": ["a/../../b.png"]}, "/before/0/source"),
        ({"before": ["a.%04d.%04d.png"]}, "/before/0/source"),
        ({"before": ["a.png"] * 65}, "/before"),
        ({"before": "a.png"}, "/before"),
        ({"before": [{"source": "a.png", "edge": "reference"}]}, "/before/0/edge"),
    ],
)
def test_a_field_that_does_not_fit_is_named(
    changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(RecordFileError) as caught:
        read(**changed)
    assert caught.value.where == f"line 1: {field}"
    assert caught.value.public()["line"] == 1


def test_an_edge_that_is_none_of_the_list_is_refused() -> None:
    inputs = [{"source": "p.png", "edge": "placed"}]
    with pytest.raises(RecordFileError, match="edge"):
        read_line({**GENERATED, "inputs": inputs})


@pytest.mark.parametrize("missing", sorted(set(DIRECTED) - {"kind"}))
def test_a_field_that_must_be_given_is_named(missing: str) -> None:
    line = {name: value for name, value in DIRECTED.items() if name != missing}
    with pytest.raises(RecordFileError, match=f"/{missing}"):
        read_line(line)


def test_a_line_without_a_kind_says_so() -> None:
    with pytest.raises(RecordFileError, match="/kind"):
        read_line({"party": "painter"})


ID = "ab" * 32
WITHDRAWN: dict[str, Any] = {
    "kind": "contribution",
    "verb": "withdraw",
    "of": 12,
    "at": AT,
}


@pytest.mark.parametrize("verb", ["supersede", "correct", "dispute"])
@pytest.mark.parametrize("of", [0, 12, ID])
def test_a_line_may_act_upon_an_entry_or_a_statement(verb: str, of: object) -> None:
    form = read(verb=verb, of=of)
    assert isinstance(form, ContributionLine)
    assert (form.verb, form.of) == (verb, of)


@pytest.mark.parametrize("kind", ["contribution", "engagement", "generation"])
def test_a_withdrawal_says_nothing_else(kind: str) -> None:
    form = read_line({**WITHDRAWN, "kind": kind, "by": "painter"})
    assert isinstance(form, Withdrawal)
    assert (form.kind, form.of, form.by) == (kind, 12, "painter")


def test_a_cut_is_withdrawn_without_a_time() -> None:
    cut = {"kind": "cut", "verb": "withdraw", "of": ID}
    assert isinstance(read_line(cut), CutWithdrawal)
    with pytest.raises(RecordFileError, match="/at"):
        read_line({**cut, "at": AT})


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({**DIRECTED, "verb": "correct"}, "/of"),
        ({**DIRECTED, "of": 12}, "/verb"),
        ({**DIRECTED, "verb": "undo", "of": 12}, "/verb"),
        ({**DIRECTED, "verb": ["withdraw"], "of": 12}, "/verb"),
        ({**DIRECTED, "verb": "correct", "of": -1}, "/of"),
        ({**DIRECTED, "verb": "correct", "of": True}, "/of"),
        ({**DIRECTED, "verb": "correct", "of": "12"}, "/of"),
        ({**DIRECTED, "verb": "correct", "of": ID.upper()}, "/of"),
        ({**DIRECTED, "verb": "correct", "of": ID + "\n"}, "/of"),
        ({**DIRECTED, "verb": "correct", "of": [ID]}, "/of"),
        ({**DIRECTED, "verb": "withdraw", "of": 12}, "/act"),
        ({**WITHDRAWN, "note": "a mistake"}, "/note"),
        ({**WITHDRAWN, "kind": "shot"}, "/kind"),
        ({"kind": "opinion", "verb": "withdraw", "at": AT}, "/of"),
        ({"kind": "opinion", "verb": "withdraw", "of": 12}, "/at"),
    ],
)
def test_an_act_that_does_not_fit_is_named(value: dict[str, Any], field: str) -> None:
    with pytest.raises(RecordFileError) as caught:
        read_line(value)
    assert caught.value.where == f"line 1: {field}"
