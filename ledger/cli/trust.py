"""`jangbu trust`: whose word counts for a reader."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson
from ledger.errors import MalformedRecordError, UnreadableInputError, UsageError
from ledger.evidence.output import write_output
from ledger.evidence.trust import LARGEST, TrustFile, read_trust, with_outsiders
from ledger.files import read_bounded

File = Annotated[Path, typer.Argument(help="A trust file.")]


def trust_show(file: File, as_json: AsJson = False) -> None:
    """Show what a trust file trusts."""

    def use_case() -> Answered:
        trust = read_trust(file)
        _explain(trust)
        return 0, _document(trust)

    raise typer.Exit(answer(use_case, as_json=as_json))


def trust_add(
    file: File,
    out: Annotated[Path, typer.Option("--out", "-o", help="Your own trust file.")],
    witness: Annotated[
        list[str] | None, typer.Option(help="A witness's verifier key.")
    ] = None,
    quorum: Annotated[
        int | None, typer.Option(min=1, help="How many of them; all if left out.")
    ] = None,
    time_root: Annotated[
        list[Path] | None,
        typer.Option(help="A time authority's root certificate, PEM."),
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace OUT if it exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make your own trust file: add witnesses and time authorities that you trust."""

    def use_case() -> Answered:
        handed = read_trust(file)
        roots = [_certificate(path) for path in time_root or ()]
        try:
            trust = with_outsiders(
                handed, witnesses=witness or (), quorum=quorum, time_roots=roots
            )
        except (UnreadableInputError, MalformedRecordError) as error:
            # The file was good, so what was to be added is not.
            raise UsageError(
                f"what a trust file can hold: {error.expected}",
                met=error.met,
                advice="Give keys as jangbu witness show prints them, a quorum that "
                "they can reach, and certificates in PEM.",
                where="--witness, --quorum or --time-root",
            ) from error
        write_output(out, [trust.to_bytes()], overwrite=force)
        say(f"Wrote {out}; {file} is as it was.")
        _explain(trust)
        return 0, _document(trust)

    raise typer.Exit(answer(use_case, as_json=as_json))


def _certificate(path: Path) -> str:
    try:
        return read_bounded(path, LARGEST).decode("ascii")
    except UnicodeDecodeError as error:
        raise UnreadableInputError(
            "a certificate in PEM",
            met="other bytes",
            advice="Convert it: openssl x509 -inform DER -in FILE -out root.pem",
            where=str(path),
        ) from error


def _explain(trust: TrustFile) -> None:
    say(f"log {trust.log}")
    for vkey in trust.log_vkeys:
        say(f"  signed by {vkey}")
    say(f"  recovery  {trust.recovery_vkey}")
    say(f"  genesis   {trust.genesis_leaf}")
    say(f"{len(trust.c2pa_roots)} authorities for frames")
    for vkey in trust.witnesses:
        say(f"  witness   {vkey}")
    if trust.witnesses:
        say(f"{trust.quorum} of {len(trust.witnesses)} witnesses are asked for")
    else:
        say("no witnesses: whatever is verified with this file is self-attested")
    say(f"{len(trust.time_roots or ())} time authorities")


def _document(trust: TrustFile) -> Mapping[str, Any]:
    return {
        "log": trust.log,
        "log_vkeys": list(trust.log_vkeys),
        "recovery_vkey": trust.recovery_vkey,
        "genesis_leaf": trust.genesis_leaf,
        "c2pa_roots": len(trust.c2pa_roots),
        "witnesses": list(trust.witnesses),
        "quorum": trust.quorum or 0,
        "time_roots": len(trust.time_roots or ()),
    }
