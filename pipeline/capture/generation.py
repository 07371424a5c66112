"""What a generator left about its work: a JSON file beside its frames.

    {"provider": "...", "model": "...", "model_version": "...",
     "source_type": "algorithmicMedia", "asked_at": "2026-11-22T08:30:00.000000Z",
     "prompt": "...", "seed": "...", "parameters": {"...": "..."}}

`seed` and `parameters` may be absent. Numbers that are no integers are written as
text, since canonical JSON has no floats.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ledger.encoding import canonical
from ledger.encoding.statement import Secret
from ledger.errors import MalformedRecordError
from ledger.records.identity import Instant, Token
from ledger.records.making import SourceType
from pipeline.errors import GeneratorRecordError


class GenerationFile(BaseModel):
    """The file's content."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    provider: Token
    model: Token
    model_version: Token
    source_type: SourceType
    asked_at: Instant
    prompt: str
    seed: str | int | None = None
    parameters: dict[str, Any] | None = None


def read_generation(path: Path) -> GenerationFile:
    """Read what a generator left.

    Raises:
        GeneratorRecordError: with file and field.
    """
    try:
        raw = path.read_bytes()
        value = canonical.parse_lenient(raw)
        return GenerationFile.model_validate_json(canonical.encode(value), strict=True)
    except OSError as error:
        raise _refused(str(path), error.strerror or "an unreadable file") from error
    except MalformedRecordError as error:
        raise _refused(f"{path}: {error.where}", error.met) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = "/".join(str(step) for step in first["loc"])
        raise _refused(f"{path}: /{field}", first["msg"]) from error


def generation_body(record: GenerationFile, outputs: list[str]) -> dict[str, Any]:
    """The body of a generation statement: prompt, seed and parameters committed."""
    # Providers give seeds as text or as numbers; one seed is to have one form.
    seed = None if record.seed is None else Secret(str(record.seed))
    return {
        "provider": record.provider,
        "model": record.model,
        "model_version": record.model_version,
        "source_type": record.source_type,
        "prompt": Secret(record.prompt),
        "seed": seed,
        "parameters": None if record.parameters is None else Secret(record.parameters),
        "inputs": [],
        "outputs": outputs,
    }


def _refused(where: str, met: str) -> GeneratorRecordError:
    return GeneratorRecordError(
        "a generator's record as docs/reference/recipe.md describes it",
        met=met,
        advice="Correct the file, or leave `generation` out of the recipe.",
        where=where,
    )
