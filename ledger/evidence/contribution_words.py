"""What a person is about to sign, in words: every field, Korean and English.

Nothing is passed over: a field without a label stands under its own name, and a
character that is never seen is printed as its code point. Names for uids and files are
the production's word; the uid or digest stands beside them.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import is_private
from ledger.encoding.digest import sha256_hex
from ledger.encoding.models import dump
from ledger.evidence.contribution_file import OpenedRequest, OpenedStatement
from ledger.evidence.contribution_form import stated_leaves
from ledger.records.statement import family

KINDS: Final[Mapping[str, str]] = {
    "asset": "파일 asset",
    "change": "측정된 변경 measured change",
    "contribution": "기여 contribution",
    "countersignature": "확인 서명 countersignature",
    "cut": "편집본 cut",
    "engagement": "참여 계약 engagement",
    "generation": "생성 generation",
    "opinion": "평가의견 opinion",
}
VERBS: Final[Mapping[str, str]] = {
    "correct": "정정 corrects",
    "dispute": "다툼 disputes",
    "supersede": "대체 supersedes",
    "withdraw": "철회 withdraws",
}
LABELS: Final[Mapping[str, str]] = {
    "act": "행위 act",
    "after": "결과 파일 files after",
    "before": "이전 파일 files before",
    "candidates": "후보 수 candidates",
    "change": "측정된 변경 measured change",
    "company": "회사 company",
    "confirms": "확인하는 진술 confirms",
    "cut": "편집본 cut",
    "element": "요소 element",
    "finding": "의견 finding",
    "inputs": "입력 inputs",
    "judgement": "판단 사항 judgement",
    "minutes": "작업 시간(분) minutes",
    "model": "모델 model",
    "model_version": "모델 버전 model version",
    "note": "설명 note",
    "of": "확인하는 진술 confirmed statements",
    "outputs": "결과물 outputs",
    "parameters": "매개변수 parameters",
    "party": "인물 party",
    "prompt": "프롬프트 prompt",
    "provider": "제공자 provider",
    "question": "쟁점 question",
    "range": "프레임 구간 frames",
    "reasons": "이유 reasons",
    "role": "자격 role",
    "route": "참여 방식 route",
    "seed": "시드 seed",
    "seen": "본 프레임 frames seen",
    "shot": "숏 shot",
    "source_type": "생성 유형 source type",
    "take": "테이크 take",
    "terms": "계약 조건 terms",
    "tool": "도구 tool",
}
_ID: Final = 64


def lines_of(opened: OpenedRequest) -> Iterator[str]:
    """The request in words, statement by statement."""
    words = _Words(opened)
    request = opened.request
    yield f"원장 log: {request.log}"
    yield f"서명할 키 key that signs: {opened.key_id}"
    yield f"진술 statements: {len(opened.statements)}"
    for number, one in enumerate(opened.statements, start=1):
        yield f"[{number}] {words.heading(one)}"
        for line in words.fields(one):
            yield f"    {line}"


def readable(text: str) -> str:
    """Text in which nothing hides: what is never seen stands as its code point.

    Further lines are marked, so that no text can look like another field.
    """
    shown = "".join(
        character
        if character in "\n\t" or unicodedata.category(character) not in _UNSEEN
        else f"<U+{ord(character):04X}>"
        for character in text
    )
    return shown.replace("\n", _NEXT_LINE)


_NEXT_LINE: Final = "\n        | "
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class _Words:
    """Puts statements of one request into words."""

    def __init__(self, opened: OpenedRequest) -> None:
        self._names = opened.request.names
        self._told = {**opened.relied_on}
        self._told |= {one.id: one for one in opened.statements}

    def heading(self, one: OpenedStatement) -> str:
        """Kind, time, and what is done to an earlier statement."""
        said = one.said.statement
        named = family(said.kind)
        text = KINDS.get(named, named)
        if said.at is not None:
            text += f", {said.at}"
        if said.act is not None:
            verb = VERBS.get(said.act.verb, said.act.verb)
            text += f" – {verb}: {self._earlier(said.act.of)}"
        return text

    def fields(self, one: OpenedStatement) -> Iterator[str]:
        """Every field with its value."""
        for name, value in dump(one.said.statement.scope).items():
            yield f"{_label(name)}: {self._value(value)}"
        for name, value in one.said.json["body"].items():
            if name == "seen":
                yield f"{_label(name)}: {self._seen(one)}"
                continue
            path = canonical.pointer("/body", name)
            yield from self._field(_label(name), self._shown(one, value, path))

    def _field(self, label: str, value: Any) -> Iterator[str]:  # noqa: ANN401  # JSON
        # `case {}` would match every object, and leave out what is in it.
        if value in ([], {}):
            yield f"{label}: 없음 none"
            return
        match value:
            case dict():
                for name, item in value.items():
                    yield from self._field(f"{label} · {_label(name)}", item)
            case list():
                for item in value:
                    yield from self._field(label, item)
            case _:
                yield f"{label}: {self._value(value)}"

    def _shown(self, one: OpenedStatement, value: Any, path: str) -> Any:  # noqa: ANN401
        """A value of a body with its private fields opened."""
        if is_private(value):
            return one.values.get(path, "비공개 withheld")
        if isinstance(value, dict):
            return {
                name: self._shown(one, item, canonical.pointer(path, name))
                for name, item in value.items()
            }
        if isinstance(value, list):
            return [
                self._shown(one, item, f"{path}/{place}")
                for place, item in enumerate(value)
            ]
        return value

    def _value(self, value: JsonValue) -> str:
        if isinstance(value, dict):
            return readable(canonical.encode(value).decode())
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if len(text) == _ID and text in self._told:
            return self._earlier(text)
        name = self._names.get(text)
        return readable(text) if name is None else f"{readable(name)} ({text})"

    def _earlier(self, statement: str) -> str:
        """An earlier statement in one line: what it says, and its id."""
        one = self._told.get(statement)
        if one is None:
            return statement
        named = family(one.said.kind)
        text = self._names.get(statement) or KINDS.get(named, named)
        return f"{readable(text)} {self._about(one)}[{statement[:16]}…]"

    def _about(self, one: OpenedStatement) -> str:
        stated = stated_leaves(one.said)
        if stated is not None and one.leaves and "file" in one.leaves[0]:
            digests = [str(row.get("file")) for row in one.leaves]
            whole = sha256_hex("\n".join(digests).encode())
            if len(digests) == 1:
                return f"– 1 file, SHA-256 {digests[0]} "
            return f"– {len(digests)} files, SHA-256 of their list {whole} "
        said = [
            f"{_label(name)} {self._plain(value)}"
            for name, value in self._shown(one, one.said.json["body"], "/body").items()
            if name in {"act", "finding", "model", "note", "party", "reasons", "route"}
        ]
        return f"– {'; '.join(said)} " if said else ""

    def _plain(self, value: JsonValue) -> str:
        text = str(value)
        name = self._names.get(text)
        return readable(text if name is None else f"{name} ({text})")

    def _seen(self, one: OpenedStatement) -> str:
        frames = [str(row.get("frame")) for row in one.leaves]
        stated = stated_leaves(one.said)
        root = "" if stated is None else stated.root
        return f"{len(frames)} ({frames[0]}–{frames[-1]}), pixels under root {root}"


def _label(name: str) -> str:
    return LABELS.get(name, readable(name))
