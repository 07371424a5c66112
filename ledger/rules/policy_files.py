"""Reading a policy file: its header, its sources, its catalogue and its rule."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Final

from ledger.rules.fields import Bilingual, Field
from ledger.rules.node_files import ID, NAME, POLICY_ID, NodeReader
from ledger.rules.nodes import FactType, Group, Node
from ledger.rules.policy import (
    CatalogueEntry,
    OutcomeNames,
    Policy,
    Source,
    leaves_of,
)
from ledger.rules.text_yaml import TextTree, load
from ledger.rules.values import State

FORMAT: Final = "jangbu-policy/1"
UNITS: Final = (
    "element",
    "performance",
    "arrangement",
    "shot",
    "cut",
    "title",
    "party",
)
_REQUIRED: Final = (
    "format",
    "id",
    "version",
    "title",
    "question",
    "unit",
    "effective",
    "sources",
    "rule",
    "outcome",
    "burden",
)
_OPTIONAL: Final = (
    "supersedes",
    "facts",
    "judgements",
    "applies",
    "indicators",
    "notes",
)
_WITH_ARTICLE: Final = ("statute", "decree", "rule")
_SOURCE_TYPES: Final = (*_WITH_ARTICLE, "guideline", "ruling", "contract", "custom")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_HIGHEST_VERSION: Final = 9999


def read_policy(raw: bytes, file: str) -> Policy:
    """Read one version of a policy.

    Args:
        raw: bytes of the file.
        file: its name, for errors.

    Raises:
        MalformedPolicyError: with the file and the key.
    """
    return policy_of(load(raw, file), file)


def policy_of(tree: TextTree, file: str) -> Policy:
    """The policy that a loaded document states."""
    at = Field(tree, file)
    members = at.mapping(_REQUIRED, _OPTIONAL)
    members["format"].one_of((FORMAT,))
    version = members["version"].integer(1, _HIGHEST_VERSION)
    effective_from, effective_until = _effective(members["effective"])
    sources = _sources(members["sources"])
    facts = _facts(members.get("facts"))
    judgements = _judgements(members.get("judgements"), facts)
    reader = NodeReader(
        sources={source.key: source for source in sources},
        facts=facts,
        judgements=judgements,
    )
    applies, rule, indicators = _nodes(reader, members)
    _refuse_unused(at, reader)
    return Policy(
        id=members["id"].matching(POLICY_ID, "an id such as kr.authorship.edit"),
        version=version,
        supersedes=_supersedes(members.get("supersedes"), version),
        title=members["title"].bilingual(),
        question=members["question"].bilingual(),
        unit=members["unit"].one_of(UNITS),
        effective_from=effective_from,
        effective_until=effective_until,
        sources=sources,
        facts=facts,
        judgements=judgements,
        applies=applies,
        rule=rule,
        indicators=indicators,
        outcome=_outcome(members["outcome"]),
        burden=members["burden"].bilingual(),
        notes=_bilingual(members.get("notes")),
        digest=digest_of(tree),
        file=file,
    )


def digest_of(tree: TextTree) -> str:
    """SHA-256 of the RFC 8785 JSON of a tree.

    Keys are ASCII and every other value is text, so sorting by code points is RFC
    8785's order, and the escapes of both are the same.
    """
    canonical = json.dumps(
        tree, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _nodes(
    reader: NodeReader, members: Mapping[str, Field]
) -> tuple[Group | None, Node, tuple[Group, ...]]:
    asked = members.get("applies")
    applies = None if asked is None else reader.applies(asked)
    rule = reader.node(members["rule"], "rule")
    for top, at in ((applies, asked), (rule, members["rule"])):
        if at is not None and top is not None:
            _refuse_house_rules(top, at)
    remarks = members.get("indicators")
    found = [] if remarks is None else remarks.elements()
    return applies, rule, tuple(map(reader.indicator, found))


def _refuse_house_rules(top: Node, at: Field) -> None:
    for leaf in leaves_of(top):
        if leaf.house_rule:
            at.refuse(
                "a rule that rests on sources",
                f"basis: house_rule at {leaf.id}",
                "A number that no law gives can only be an indicator.",
            )


def _refuse_unused(at: Field, reader: NodeReader) -> None:
    named = {*reader.facts, *reader.judgements}
    named |= {f"source {key}" for key in reader.sources}
    for name in sorted(named - reader.used):
        at.refuse("facts, judgements and sources that a node uses", f"{name}, unused")


def _effective(at: Field) -> tuple[str, str | None]:
    members = at.mapping(("from",), ("until",))
    start = members["from"].day()
    if "until" not in members:
        return start, None
    end = members["until"].day()
    if end <= start:
        members["until"].refuse("a day after `from`", end)
    return start, end


def _supersedes(at: Field | None, version: int) -> int | None:
    if at is None:
        return None
    if version == 1:
        at.refuse("a lower version", "version 1, which has none")
    return at.integer(1, version - 1)


def _sources(at: Field) -> tuple[Source, ...]:
    sources: dict[str, Source] = {}
    for element in at.elements():
        source = _source(element)
        if source.key in sources:
            element.refuse("a key that is unique", f"{source.key} again")
        sources[source.key] = source
    return tuple(sources.values())


def _source(at: Field) -> Source:
    members = at.mapping(
        ("key", "type", "name", "read", "read_on"),
        ("article", "number", "in_force_from", "text_sha256", "note"),
    )
    kind = members["type"].one_of(_SOURCE_TYPES)
    if kind in _WITH_ARTICLE and "article" not in members:
        at.refuse(f"the article of a {kind}", "none")
    number = members.get("number")
    since = members.get("in_force_from")
    digest = members.get("text_sha256")
    return Source(
        key=members["key"].matching(ID, "a key"),
        type=kind,
        name=members["name"].bilingual(),
        article=_bilingual(members.get("article")),
        number=None if number is None else number.text(),
        in_force_from=None if since is None else since.day(),
        wording_read=members["read"].one_of(("text", "report")) == "text",
        read_on=members["read_on"].day(),
        text_sha256=None if digest is None else digest.matching(_SHA256, "a SHA-256"),
        note=_bilingual(members.get("note")),
    )


def _facts(at: Field | None) -> dict[str, CatalogueEntry]:
    found: dict[str, CatalogueEntry] = {}
    for name, entry in ({} if at is None else at.members()).items():
        members = entry.mapping(("type", "ko", "en"))
        found[_name(name, entry)] = CatalogueEntry(
            type=members["type"].member_of(FactType),
            text=Bilingual(ko=members["ko"].text(), en=members["en"].text()),
        )
    return found


def _judgements(
    at: Field | None, facts: Mapping[str, CatalogueEntry]
) -> dict[str, Bilingual]:
    found: dict[str, Bilingual] = {}
    for name, entry in ({} if at is None else at.members()).items():
        if name in facts:
            entry.refuse("a name that no fact has", name)
        found[_name(name, entry)] = entry.bilingual()
    return found


def _name(name: str, at: Field) -> str:
    if NAME.fullmatch(name) is None:
        at.refuse("a name such as edit.by_person", name[:60])
    return name


def _outcome(at: Field) -> OutcomeNames:
    members = at.mapping(("yes", "no", "unknown"))
    members["unknown"].one_of((State.OPEN.value,))
    # No is never `supported`: what is missing must not support anything.
    settled = (State.NOT_SUPPORTED.value, State.NOT_APPLICABLE.value)
    return OutcomeNames(
        yes=State(members["yes"].one_of((State.SUPPORTED.value, *settled))),
        no=State(members["no"].one_of(settled)),
    )


def _bilingual(at: Field | None) -> Bilingual | None:
    return None if at is None else at.bilingual()
