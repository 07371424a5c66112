"""Planning generations: what went in, and the statement about the call."""

from collections.abc import Sequence
from pathlib import Path

from ledger.encoding.canonical import JsonValue
from ledger.encoding.statement import Composed, Draft, Secret
from ledger.records.statement import Act
from pipeline.capture.generation import (
    GenerationFile,
    generation_body,
    generation_facts,
)
from pipeline.capture.sources import FileSource, numbers_of
from pipeline.run.assets import PlannedAsset, Scribe, plan_files


def plan_source(scribe: Scribe, folder: Path, named: FileSource) -> PlannedAsset:
    """Look at the files that somebody named, and fix their asset statement.

    Raises:
        MalformedRecordError: the numbers have another form.
        PipelineError: a file is missing, or no picture that can be used.
    """
    return plan_files(scribe, folder, named.source, numbers_of(folder, named))


def plan_generation(
    scribe: Scribe,
    record: GenerationFile,
    outputs: Sequence[str],
    inputs: Sequence[str],
    asker: Secret | None,
    act: Act | None = None,
) -> Composed:
    """Fix the statement about one call of a generator.

    Args:
        scribe: composes it.
        record: what the generator left.
        outputs: ids of the assets that came out.
        inputs: ids of the assets that went in, in the order of the record's inputs.
        asker: who asked, to be committed; `None` if not recorded.
        act: what this account of the call does to an earlier one.
    """
    facts: list[JsonValue] = generation_facts(record, outputs)
    if act is not None:
        # Another account of the same call needs a key of its own.
        facts += [act.verb, act.of]
    return scribe.compose(
        Draft(
            log=scribe.log,
            kind="generation.1",
            key=scribe.machine_key("generation.1", facts),
            at=record.asked_at,
            act=act,
            prev=tuple(dict.fromkeys([*outputs, *inputs])),
            body=generation_body(record, outputs, inputs, asker),
        )
    )
