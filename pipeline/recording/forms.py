"""What a line of records may say, kind by kind (docs/reference/records.md).

Names stand here as people use them: handles, codes, paths. They become uids and
digests before anything is stated.
"""

import re
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails

from ledger.encoding import canonical
from ledger.errors import RecordFileError
from ledger.records.identity import INSTANT_PATTERN, Day, Instant, Token
from ledger.records.people import Route
from ledger.records.visible import is_visible
from pipeline.capture.generation import GenerationFile
from pipeline.capture.sources import FileSource, SourcePath
from pipeline.recording.acts import Target
from pipeline.recording.lines import Line

Reference: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A party, a shot or an element, as production.toml names it."""


def _visible(text: str) -> str:
    if not is_visible(text):
        raise ValueError("text with at least one visible character is expected")
    return text


Words: TypeAlias = Annotated[
    str, StringConstraints(max_length=20_000), AfterValidator(_visible)
]
Frames: TypeAlias = Annotated[str, StringConstraints(max_length=40)]
FinePath: TypeAlias = Annotated[SourcePath, StringConstraints(max_length=4096)]


def _alone(value: object) -> object:
    # A path alone is short for an object with nothing else.
    return {"source": value} if isinstance(value, str) else value


Files: TypeAlias = Annotated[FileSource, BeforeValidator(_alone)]
_ID: Final = re.compile("[0-9a-f]{64}")


def _target(value: object) -> Target:
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError("not an entry's index, nor a statement's id of 64 hex digits")


Of: TypeAlias = Annotated[int | str, PlainValidator(_target)]
Replacing: TypeAlias = Literal["supersede", "correct", "dispute"]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _ActingForm(_Form):
    """A line that may take the place of an earlier statement, or dispute it.

    Attributes:
        of: the entry's index or the statement's id; given if `verb` is.
        by: whose key signs; absent for the studio's.
    """

    verb: Replacing | None = None
    of: Of | None = None
    by: Reference | None = None


class ContributionLine(_ActingForm):
    """What somebody did.

    Attributes:
        frames: of the shot, "1001-1024"; absent for all of it.
        before, after: files that were changed, and files that came of it.
    """

    kind: Literal["contribution"]
    party: Reference
    route: Route
    act: Token
    at: Instant
    shot: Reference | None = None
    element: Reference | None = None
    frames: Frames | None = None
    before: tuple[Files, ...] = Field(default=(), max_length=64)
    after: tuple[Files, ...] = Field(default=(), max_length=64)
    note: Words | None = None
    tool: Token | None = None
    candidates: int | None = Field(default=None, ge=1)
    minutes: int | None = Field(default=None, ge=0)


class EngagementLine(_ActingForm):
    """That somebody works for a company; what is absent was not stated.

    Attributes:
        document: file of the signed copy; its digest is what is recorded.
    """

    kind: Literal["engagement"]
    party: Reference
    company: Reference
    at: Instant
    status: Literal["employee", "freelancer", "vendor", "volunteer"]
    from_on: Day
    to_on: Day | None = None
    assignment: Literal["none", "licence", "economic_rights"] | None = None
    derivative_right: bool | None = None
    duty: bool | None = None
    planned_by_company: bool | None = None
    in_company_name: bool | None = None
    contrary_term: bool | None = None
    performer: bool | None = None
    credit: tuple[Token, ...] = Field(default=(), max_length=16)
    document: FinePath | None = None


class GenerationLine(GenerationFile):
    """One call of a generator: its own record, and the files that came out."""

    kind: Literal["generation"]
    outputs: tuple[Files, ...] = Field(min_length=1, max_length=64)
    verb: Replacing | None = None
    of: Of | None = None
    by: Reference | None = None


class OpinionLine(_ActingForm):
    """What a delegated assessor thinks.

    Attributes:
        by: the assessor, whose own key signs.
        shot: absent for an opinion on the newest cut.
        frames: those that were seen; absent for all of the shot or cut.
        confirms: whether the contributions that are recorded for them are confirmed.
    """

    kind: Literal["opinion"]
    by: Reference
    question: Token
    judgement: Token
    finding: Literal["yes", "no", "undecided"]
    reasons: Words
    at: Instant
    shot: Reference | None = None
    element: Reference | None = None
    frames: Frames | None = None
    confirms: bool = False


class CutLine(_ActingForm):
    """An edited film, as its OTIO file."""

    kind: Literal["cut"]
    file: FinePath


class _Withdrawing(_Form):
    verb: Literal["withdraw"]
    of: Of
    by: Reference | None = None


class Withdrawal(_Withdrawing):
    """That an earlier statement no longer holds, and nothing else."""

    kind: Literal["contribution", "engagement", "generation", "opinion"]
    at: Instant


class CutWithdrawal(_Withdrawing):
    """The same of a cut, which has no time of its own."""

    kind: Literal["cut"]


SayingLine: TypeAlias = (
    ContributionLine | EngagementLine | GenerationLine | OpinionLine | CutLine
)
WithdrawingLine: TypeAlias = Withdrawal | CutWithdrawal
RecordLine: TypeAlias = SayingLine | WithdrawingLine

_SAYING: Final[TypeAdapter[SayingLine]] = TypeAdapter(
    Annotated[SayingLine, Field(discriminator="kind")]
)
_WITHDRAWING: Final[TypeAdapter[WithdrawingLine]] = TypeAdapter(
    Annotated[WithdrawingLine, Field(discriminator="kind")]
)


def parse_form(line: Line) -> RecordLine:
    """Read a line's fields.

    Raises:
        RecordFileError: with line and field.
    """
    try:
        # JSON mode, so that strict models take arrays for tuples and nothing else.
        raw = canonical.encode_checked(line.value)
        if line.value.get("verb") == "withdraw":
            return _WITHDRAWING.validate_json(raw, strict=True)
        form = _SAYING.validate_json(raw, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        # The first step names the kind, which is no field of the line.
        steps = first["loc"][1:] if first["loc"] else ("kind",)
        field = "".join(f"/{step}" for step in steps)
        if _is_time(first):
            raise _no_time(field, line.number) from error
        raise _unfit(first["msg"], field or "/kind", line.number) from error
    if (form.verb is None) != (form.of is None):
        missing = "/verb" if form.verb is None else "/of"
        raise _unfit("one of verb and of without the other", missing, line.number)
    return form


def _is_time(refused: ErrorDetails) -> bool:
    pattern = refused.get("ctx", {}).get("pattern")
    return refused["type"] == "instant" or pattern == INSTANT_PATTERN


def _no_time(field: str, number: int) -> RecordFileError:
    return RecordFileError(
        "UTC with six decimals, for instance 2026-07-03T09:00:00.000000Z",
        met="another form, or no time of the calendar",
        advice="Correct the field.",
        where=f"line {number}: {field}",
        line=number,
    )


def _unfit(met: str, field: str, number: int) -> RecordFileError:
    return RecordFileError(
        "a line as docs/reference/records.md describes it",
        met=met,
        advice="Correct the field.",
        where=f"line {number}: {field}",
        line=number,
    )
