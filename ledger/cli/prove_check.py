"""`jangbu prove check`: a proof or a disclosure, from its bytes and a trust file."""

from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.log_check import Vkeys, verifiers
from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Trust
from ledger.encoding.canonical import JsonValue
from ledger.encoding.entry import MAX_ENTRY
from ledger.encoding.sheet import key_id_of
from ledger.errors import MalformedRecordError, UsageError
from ledger.evidence.proofs.checking import check_proof, follow_keys
from ledger.evidence.proofs.opening import Known
from ledger.evidence.proofs.verdict import ProofVerdict
from ledger.evidence.trust import read_trust
from ledger.files import read_bounded
from ledger.records.identity import as_digest

LARGEST: Final = 1 << 30
"""A proof of completeness holds all entries of a log."""


def prove_check(
    file: Annotated[Path, typer.Argument(help="The proof, or a disclosure.")],
    trust: Trust = None,
    key: Vkeys = None,
    signer: Annotated[
        list[str] | None,
        typer.Option(help="For a disclosure: a signer's public key, 64 hex digits."),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(help="A document of prove that follows the log's rotations."),
    ] = None,
    entry: Annotated[
        Path | None, typer.Option(help="The entry, if the proof does not bring it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a proof offline: 0 holds, 3 open or origin unknown, 5 failed."""

    def use_case() -> Answered:
        known = Known(
            trust=read_trust(trust) if trust else None,
            log_vkeys=verifiers(key),
            signers=_signers(signer),
            entry=read_bounded(entry, MAX_ENTRY) if entry else None,
        )
        if keys is not None:
            known = follow_keys(read_bounded(keys, LARGEST), known)
        verdict = check_proof(read_bounded(file, LARGEST), known)
        _explain(verdict)
        return verdict.exit_code, verdict.to_json()

    raise typer.Exit(answer(use_case, as_json=as_json))


def _signers(keys: list[str] | None) -> dict[str, bytes]:
    try:
        raw = [bytes.fromhex(as_digest(key)) for key in keys or ()]
    except MalformedRecordError as error:
        raise UsageError(
            "an Ed25519 public key as 64 hex digits",
            met=error.met,
            advice="Ask the signer for the key, apart from the disclosure.",
            where="--signer",
        ) from error
    return {key_id_of(one): one for one in raw}


def _explain(verdict: ProofVerdict) -> None:
    say(verdict.form)
    if verdict.failure is not None:
        say(f"  FAIL  {verdict.failure}", style="red")
    for name, value in verdict.shown.items():
        _show(name, value)
    for name, value in verdict.private.items():
        say(f"  {name} = {value}")
    for what in verdict.open:
        say(f"  open  {what}")
    if verdict.log:
        say(f"log {verdict.log}, {verdict.size} entries; origin {verdict.origin.value}")
    say(f"{verdict.state.value} (exit {verdict.exit_code})", style="bold")


def _show(name: str, value: JsonValue) -> None:
    match value:
        case dict():
            for key, one in value.items():
                _show(f"{name} {key}", one)
        case list():
            for one in value:
                _show(name, one)
        case _:
            say(f"  {name}: {value}")
