"""What a generator left about its work: a JSON file beside its frames.

    {"provider": "...", "model": "...", "model_version": "...",
     "source_type": "algorithmicMedia", "asked_at": "2026-11-22T08:30:00.000000Z",
     "prompt": "...", "seed": "...", "parameters": {"...": "..."}}

`seed` and `parameters` may be absent, and so may `party`, who asked, and `inputs`, the
files that went in. Numbers that are no integers are written as text, since canonical
JSON has no floats.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.statement import Secret
from ledger.errors import MalformedRecordError
from ledger.records.identity import Instant, Token
from ledger.records.making import SourceType
from pipeline.capture.sources import InputSource
from pipeline.errors import GeneratorRecordError


class GenerationFile(BaseModel):
    """The file's content.

    Attributes:
        inputs: files that went in, all of them; paths start where the recipe's do.
        party: who asked, by handle or another reference; absent if not recorded.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    provider: Token
    model: Token
    model_version: Token
    source_type: SourceType
    asked_at: Instant
    prompt: str
    seed: str | int | None = None
    parameters: dict[str, Any] | None = None
    inputs: tuple[InputSource, ...] = Field(default=(), max_length=64)
    party: str | None = Field(default=None, max_length=200)


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
        raise refused_record(
            str(path), error.strerror or "an unreadable file"
        ) from error
    except MalformedRecordError as error:
        raise refused_record(f"{path}: {error.where}", error.met) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = "/".join(str(step) for step in first["loc"])
        raise refused_record(f"{path}: /{field}", first["msg"]) from error


def generation_body(
    record: GenerationFile,
    outputs: Sequence[str],
    inputs: Sequence[str] = (),
    asker: Secret | None = None,
) -> dict[str, Any]:
    """The body of a generation statement: prompt, seed and parameters committed.

    Args:
        record: what the generator left.
        outputs: ids of the assets that came out.
        inputs: ids of the assets that went in, in the order of the record's inputs.
        asker: who asked, to be committed; `None` if not recorded.
    """
    # Providers give seeds as text or as numbers; one seed is to have one form.
    seed = None if record.seed is None else Secret(str(record.seed))
    edges = [one.edge for one in record.inputs]
    return {
        "provider": record.provider,
        "model": record.model,
        "model_version": record.model_version,
        "source_type": record.source_type,
        "prompt": Secret(record.prompt),
        "seed": seed,
        "parameters": None if record.parameters is None else Secret(record.parameters),
        "party": asker,
        "inputs": [
            {"asset": asset, "edge": edge}
            for asset, edge in zip(inputs, edges, strict=True)
        ],
        "outputs": list(outputs),
    }


def generation_facts(record: GenerationFile, outputs: Sequence[str]) -> list[JsonValue]:
    """What makes a call the same call: what came out, of which model, asked when.

    The same call is stated alike by a run and by a line of records; two accounts of
    it that differ in anything else are a conflict.
    """
    model = [record.provider, record.model, record.model_version]
    return [*outputs, *model, record.asked_at]


def refused_record(where: str, met: str) -> GeneratorRecordError:
    """The error for a generator's record that cannot be used."""
    return GeneratorRecordError(
        "a generator's record as docs/reference/recipe.md describes it",
        met=met,
        advice="Correct the file, or leave `generation` out of the recipe.",
        where=where,
    )
