"""Problem documents (RFC 9457): one table from error codes to status and title.

A title names the sort of problem and never its particulars. `where` and `met` are told
only where they are of the request itself: elsewhere they may name a path or a person of
this machine.
"""

from dataclasses import dataclass
from typing import Final

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.errors import JangbuError
from ledger.remote.problem import problem_members

RETRY_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Sort:
    """How one code is answered.

    Attributes:
        of_request: whether `where` and `met` are of the request itself.
    """

    status: int
    title: str
    of_request: bool = False


PROBLEMS: Final[dict[str, Sort]] = {
    "capture.generation": Sort(500, "A generator's record is not usable"),
    "colour.look": Sort(500, "A look is not usable"),
    "credit": Sort(500, "The roll cannot be built"),
    "cut": Sort(500, "A cut is unreadable"),
    "demo.material": Sort(500, "Material of the demonstration is missing"),
    "evidence": Sort(500, "Evidence is missing, altered or unreadable"),
    "evidence.altered": Sort(500, "Evidence was altered"),
    "evidence.erased": Sort(410, "The value was erased"),
    "evidence.exists": Sort(500, "A file is there already"),
    "evidence.held": Sort(409, "A hold is in force"),
    "evidence.missing": Sort(500, "Evidence is missing"),
    "evidence.origin": Sort(500, "The origin is not known"),
    "evidence.unreadable": Sort(500, "A file is not what it was given as"),
    "frame.colour": Sort(500, "A picture's colour space is not supported"),
    "frame.cryptomatte": Sort(500, "An id matte is not usable"),
    "frame.hole": Sort(500, "A sequence lacks a frame"),
    "frame.shape": Sort(500, "A picture has another shape"),
    "frame.unreadable": Sort(500, "A picture is unreadable"),
    "frame.value": Sort(500, "A sample is no finite number"),
    "internal": Sort(500, "A defect of the service"),
    "keys": Sort(500, "A key cannot be used"),
    "keys.foreign": Sort(500, "A key is another log's"),
    "keys.master": Sort(500, "The master key is not there"),
    "keys.missing": Sort(500, "A key is missing"),
    "keys.time_authority": Sort(500, "A time authority's key is not usable"),
    "ledger": Sort(500, "The ledger refuses or cannot"),
    "log": Sort(500, "The log does not add up"),
    "log.checkpoint": Sort(500, "A checkpoint does not hold"),
    "log.conflict": Sort(503, "A witness contradicts: nothing is stated"),
    "log.consistency": Sort(500, "Two checkpoints do not connect"),
    "log.inclusion": Sort(500, "A proof does not hold"),
    "log.retired_key": Sort(500, "A retired key signed"),
    "log.rollback": Sort(503, "The ledger was rolled back and is read-only"),
    "log.time_token": Sort(500, "A time token does not hold"),
    "pipeline": Sort(500, "The pipeline refuses or cannot"),
    "policy": Sort(500, "A policy cannot be used"),
    "policy.malformed": Sort(500, "A policy is malformed"),
    "policy.released": Sort(500, "A released policy was edited"),
    "production": Sort(500, "The production folder is not usable"),
    "record": Sort(422, "A record is not acceptable", of_request=True),
    "record.blob": Sort(422, "Bytes were not put, or are others"),
    "record.conflict": Sort(409, "Another statement is there", of_request=True),
    "record.file": Sort(422, "A line of records is not usable"),
    "record.foreign_log": Sort(422, "It is for another log", of_request=True),
    "record.malformed": Sort(422, "A record has no permitted form", of_request=True),
    "record.not_permitted": Sort(403, "The key may not state this", of_request=True),
    "record.sheet": Sort(422, "The sheet does not hold", of_request=True),
    "record.stale": Sort(409, "The target is no longer current", of_request=True),
    "record.unknown_kind": Sort(422, "The kind is not known", of_request=True),
    "record.unknown_name": Sort(422, "A name is not known"),
    "record.unknown_reference": Sort(422, "A reference is not known", of_request=True),
    "report": Sort(500, "A document cannot be typeset"),
    "report.font": Sort(500, "Fonts are missing"),
    "report.glyph": Sort(500, "A character has no glyph"),
    "run.changed_input": Sort(500, "An input changed"),
    "run.cluster": Sort(500, "The cluster is not usable"),
    "run.device": Sort(500, "The device is not usable"),
    "run.dropped": Sort(500, "A version would drop frames"),
    "run.memory": Sort(500, "Memory is short"),
    "run.output": Sort(500, "The output folder is another run's"),
    "run.recipe": Sort(500, "The recipe is not usable"),
    "run.tools": Sort(500, "The tools are others"),
    "run.worker": Sort(500, "A worker was killed"),
    "seal.refused": Sort(500, "A manifest could not be signed"),
    "seal.settings": Sort(500, "Settings of credentials are not in force"),
    "service": Sort(400, "The service does not understand", of_request=True),
    "service.answer": Sort(502, "An answer cannot be trusted"),
    "service.length": Sort(411, "The length of the body is missing", of_request=True),
    "service.media_type": Sort(415, "Another media type", of_request=True),
    "service.method": Sort(405, "Another method", of_request=True),
    "service.not_found": Sort(404, "Nothing is there", of_request=True),
    "service.origin": Sort(403, "Another host or a page", of_request=True),
    "service.request": Sort(400, "The request has no known form", of_request=True),
    "service.timeout": Sort(408, "The request was too slow", of_request=True),
    "service.too_large": Sort(413, "The body is too long", of_request=True),
    "service.unsigned": Sort(401, "The request is not signed", of_request=True),
    "store": Sort(500, "The storage cannot be used"),
    "store.address": Sort(500, "The address of the storage is not usable"),
    "store.fenced": Sort(503, "Another sequencer took over"),
    "store.full": Sort(507, "The disk is full"),
    "store.moved": Sort(503, "The log was moved"),
    "store.partial": Sort(503, "The log was restored in part"),
    "store.spool": Sort(507, "The outbox is full"),
    "store.unavailable": Sort(503, "The storage is out of reach"),
    "usage": Sort(400, "The call cannot work"),
}
"""By code; docs/reference/errors.md says what each means."""

_DEFECT: Final = Sort(500, "A defect of the service")


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem as it is answered."""

    status: int
    body: bytes
    headers: dict[str, str]


def document(error: JangbuError) -> dict[str, JsonValue]:
    """The problem document of an error."""
    sort = _sort(error.code)
    members = problem_members(error, where=sort.of_request, met=sort.of_request)
    return {**members, "status": sort.status, "title": sort.title}


def problem(error: JangbuError) -> Problem:
    """An error as an answer of its own."""
    sort = _sort(error.code)
    headers = {"cache-control": "no-store"}
    if sort.status == 503:
        headers["retry-after"] = str(RETRY_SECONDS)
    if sort.status == 401:
        headers["www-authenticate"] = "Jangbu"
    if sort.status in {408, 411, 413, 415}:
        # What is left of the body is not read.
        headers["connection"] = "close"
    return Problem(sort.status, canonical.encode(_clean(document(error))), headers)


def defect() -> JangbuError:
    """What is said of an exception that nobody foresaw: nothing of it."""
    return JangbuError(
        "a service without defects",
        met="an exception",
        advice="This is a defect of Jangbu: its own output names it.",
    )


def _sort(code: str) -> Sort:
    while code not in PROBLEMS and "." in code:
        code = code.rpartition(".")[0]
    return PROBLEMS.get(code, _DEFECT)


def _clean(value: JsonValue) -> JsonValue:
    """The same with text that can be written: what was met came from outside."""
    match value:
        case str():
            return (
                value if _permitted(value) else value.encode("unicode_escape").decode()
            )
        case dict():
            return {name: _clean(item) for name, item in value.items()}
        case _:
            return value


def _permitted(text: str) -> bool:
    try:
        canonical.check(text)
    except JangbuError:
        return False
    return True
