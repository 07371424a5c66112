"""Problem documents (RFC 9457), and the errors that they stand for.

The client knows every error of the tree by its code: what the ledger refused there is
raised here as the same class. A code that this version does not know becomes the
nearest class before a dot that it does.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from ledger.encoding.canonical import JsonValue
from ledger.errors import Fact, JangbuError, StoreUnavailableError
from ledger.remote.errors import ServiceError, UntrustedAnswerError

TYPES: Final = "/problems/"
WITHHELD: Final = "not said by the service"


def problem_members(
    error: JangbuError, *, where: bool, met: bool
) -> dict[str, JsonValue]:
    """What a problem document says of an error, apart from status and title.

    Args:
        error: what was met.
        where: whether its place is one in the request, and no path on a disk.
        met: whether what was met is of the request alone.
    """
    members: dict[str, JsonValue] = {
        "type": f"{TYPES}{error.code}",
        "code": error.code,
        "expected": error.expected,
        "advice": error.advice,
    }
    if where and error.where:
        members["where"] = error.where
    if met:
        members["met"] = error.met
    if error.facts:
        members["facts"] = {**error.facts}
    return members


def error_from(problem: JsonValue) -> JangbuError:
    """The error that a problem document stands for.

    Raises:
        UntrustedAnswerError: it is no problem document of ours.
    """
    if not isinstance(problem, dict):
        raise no_answer("no problem document")
    code, expected = _text(problem, "code"), _text(problem, "expected")
    if not (code and expected):
        raise no_answer("a problem document of somebody else")
    return _class_of(code)(
        expected,
        met=_text(problem, "met") or WITHHELD,
        advice=_text(problem, "advice"),
        where=_text(problem, "where"),
        **_facts(problem.get("facts")),
    )


def no_answer(met: str) -> UntrustedAnswerError:
    """The error for an answer that the log's service does not give."""
    return UntrustedAnswerError(
        "an answer of the log's own service, as docs/reference/http.md has it",
        met=met,
        advice="Check the address in production.toml and who answers there.",
    )


def out_of_reach(met: str) -> StoreUnavailableError:
    """The error for a service that does not answer."""
    return StoreUnavailableError(
        "a ledger service that answers",
        met=met,
        advice="Start it with jangbu serve, or check its address in production.toml; "
        "signed statements wait in the outbox until then.",
    )


def _text(problem: Mapping[str, JsonValue], name: str) -> str:
    value = problem.get(name)
    return value if isinstance(value, str) else ""


_OWN: Final = frozenset({"expected", "met", "advice", "where"})


def _facts(value: "JsonValue | None") -> dict[str, Fact]:
    if not isinstance(value, dict):
        return {}
    return {
        name: item
        for name, item in value.items()
        if isinstance(item, str | int) and name not in _OWN
    }


def _class_of(code: str) -> type[JangbuError]:
    known: dict[str, type[JangbuError]] = {}
    for kind in _tree(JangbuError):
        known.setdefault(kind.code, kind)
    while code not in known and "." in code:
        code = code.rpartition(".")[0]
    return known.get(code, ServiceError)


def _tree(kind: type[JangbuError]) -> Iterator[type[JangbuError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)
