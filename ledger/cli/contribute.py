"""`jangbu contribute`: people sign what they did, with keys that only they have."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.asking import day_of
from ledger.cli.contribute_lines import Choice, prepare_lines, prepare_role
from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.cli.reaching import opened_in_reach, say_waiting, submit_waiting
from ledger.errors import UsageError
from ledger.evidence.contribution_file import (
    LARGEST,
    OpenedRequest,
    open_request,
    read_request,
    read_signed,
)
from ledger.evidence.contribution_verdict import SignedVerdict, verify_signed
from ledger.evidence.contribution_words import lines_of, readable
from ledger.evidence.output import write_output
from ledger.evidence.trust import read_trust
from ledger.files import read_bounded
from ledger.keys.person import new_person_key, public_half
from ledger.keys.replacing import read_private_key
from ledger.production.contributed import submit
from ledger.production.contributing import countersigning
from ledger.production.opening import opened

Out = Annotated[Path, typer.Option("--out", "-o", help="The file to write.")]
Key = Annotated[Path, typer.Option(help="Your private key, person.pem.")]
File = Annotated[Path, typer.Argument(help="What contribute sign wrote.")]
Lines = Annotated[
    Path | None, typer.Argument(help="JSON lines; none to confirm statements.")
]
OfDay = Annotated[
    str | None, typer.Option(help="Only lines of this day in Seoul (YYYY-MM-DD).")
]
OfShot = Annotated[
    str | None, typer.Option(help="Only lines about this shot, by its code.")
]
Confirmed = Annotated[
    list[str] | None,
    typer.Option(help="A statement to countersign: entry or id; repeatable."),
]
Role = Annotated[
    str | None, typer.Option(help="As whom it is countersigned: supervisor …")
]
KnownKey = Annotated[
    str | None,
    typer.Option(help="The signer's public key as you know it, 64 hex digits."),
]
LogTrust = Annotated[
    Path | None, typer.Option(help="The log's trust file that you already have.")
]


def key(out: Out, as_json: AsJson = False) -> None:
    """Make a key of your own for one production; only its public half leaves you."""

    def use_case() -> Answered:
        made = new_person_key()
        write_output(out, [made.pem], overwrite=False)
        say(f"Wrote your private key: {out}. Keep it; give it to nobody.")
        say("Make another key for every production.")
        say("The studio puts this into your [[party]] in production.toml, and runs")
        say("jangbu register; read the first digits to each other to be sure:")
        say(f'public_key = "{made.public_key}"')
        return 0, {"key_id": made.key_id, "public_key": made.public_key}

    raise typer.Exit(answer(use_case, as_json=as_json))


def prepare(
    folder: Folder,
    out: Out,
    party: Annotated[str, typer.Option(help="Who is to sign: handle, uid or name.")],
    lines: Lines = None,
    on: OfDay = None,
    shot: OfShot = None,
    of: Confirmed = None,
    role: Role = None,
    as_json: AsJson = False,
) -> None:
    """Write what a person is to sign: one sheet, with everything it says opened."""

    def use_case() -> Answered:
        _check_asked(lines, of, role)
        with opened(folder) as production:
            submit_waiting(production)
            if lines is None:
                request = prepare_role(production, party, of or [], str(role))
            else:
                choice = Choice(party=party, on=_day(on), shot=shot)
                request = prepare_lines(production, lines, choice)
        found = open_request(request)
        write_output(out, [found.raw], overwrite=False)
        _show(found)
        say(f"Wrote {out}. It holds private values: give it to this person alone.")
        return 0, {
            "key_id": found.key_id,
            "ids": [one.id for one in found.statements],
        }

    raise typer.Exit(answer(use_case, as_json=as_json))


def sign(
    request: Annotated[Path, typer.Argument(help="What contribute prepare wrote.")],
    key: Key,
    out: Out,
    as_json: AsJson = False,
) -> None:
    """Show what a request says and sign it; needs no production."""

    def use_case() -> Answered:
        found = read_request(read_bounded(request, LARGEST))
        _show(found)
        return 0, _signed(found, key, out)

    raise typer.Exit(answer(use_case, as_json=as_json))


def countersign(
    file: File,
    key: Key,
    role: Annotated[str, typer.Option(help="As whom: supervisor, director, guild …")],
    out: Out,
    as_json: AsJson = False,
) -> None:
    """Show what somebody else signed and confirm it; needs no production."""

    def use_case() -> Answered:
        theirs = read_signed(read_bounded(file, LARGEST))
        say(f"Signed by key {theirs.opened.key_id} at {theirs.signed.signed_at}:")
        _show(theirs.opened)
        public_key = public_half(read_private_key(key))
        if public_key.hex() == theirs.opened.request.public_key:
            raise UsageError(
                "a key of another party",
                met="the key that signed the file",
                advice="Have somebody else countersign.",
                where="--key",
            )
        made = countersigning(theirs, public_key, role, datetime.now(UTC))
        return 0, _signed(open_request(made), key, out)

    raise typer.Exit(answer(use_case, as_json=as_json))


def submit_command(folder: Folder, file: File, as_json: AsJson = False) -> None:
    """Put what a person signed into the log; safe to repeat."""

    def use_case() -> Answered:
        signed = read_signed(read_bounded(file, LARGEST))
        with opened_in_reach(folder) as production:
            submit_waiting(production)
            receipts = submit(production, signed)
            say_waiting(production)
        new = sum(receipt.new for receipt in receipts)
        for receipt in receipts:
            say(f"entry {receipt.index}: {receipt.id}")
        say(f"New statements: {new}.")
        return 0, {
            "new": new,
            "statements": [
                {"id": one.id, "index": one.index, "new": one.new} for one in receipts
            ],
        }

    raise typer.Exit(answer(use_case, as_json=as_json))


def verify(
    file: File,
    key: KnownKey = None,
    trust: LogTrust = None,
    as_json: AsJson = False,
) -> None:
    """Say offline who signed what: 0 verified, 3 key unknown, 5 failed."""

    def use_case() -> Answered:
        verdict = verify_signed(
            read_bounded(file, LARGEST),
            None if key is None else _public_key(key),
            read_trust(trust) if trust else None,
        )
        _explain(verdict)
        return verdict.exit_code, verdict.to_json()

    raise typer.Exit(answer(use_case, as_json=as_json))


def _signed(found: OpenedRequest, key: Path, out: Path) -> Mapping[str, Any]:
    signed = found.signed(read_private_key(key), datetime.now(UTC))
    write_output(out, [signed.to_bytes()], overwrite=False)
    say(f"Signed by your key {found.key_id}. Keep a copy of {out};")
    say("send it to the studio: jangbu contribute submit.")
    return {"key_id": found.key_id, "ids": [one.id for one in found.statements]}


def _show(found: OpenedRequest) -> None:
    for line in lines_of(found):
        say(line)


def _explain(verdict: SignedVerdict) -> None:
    if verdict.signed is not None:
        _show(verdict.signed.opened)
        say(f"signed at {verdict.signed.signed.signed_at}, by the signer's own clock")
    if verdict.failure is not None:
        say(f"FAIL: {readable(str(verdict.failure))}", style="red")
    elif not verdict.by:
        say("Intact and signed, but nobody vouches for the key: give --key or --trust.")
    if "log" in verdict.by:
        say("The log let this key state these kinds when the request was prepared.")
    say("Names of people, shots and files are what the production calls them.")
    say(f"{verdict.state} (exit {verdict.exit_code})", style="bold")


def _public_key(text: str) -> str:
    squeezed = "".join(text.split()).lower()
    if len(squeezed) == 64 and all(one in "0123456789abcdef" for one in squeezed):
        return squeezed
    raise UsageError(
        "a public key of 64 hex digits",
        met=f"{len(squeezed)} characters",
        advice="Give what jangbu contribute key printed.",
        where="--key",
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(day_of(text))


def _check_asked(lines: Path | None, of: list[str] | None, role: str | None) -> None:
    if (lines is None) == (not of) or (role is None) != (not of):
        raise UsageError(
            "a file of lines, or --of together with --role",
            met="another choice",
            advice="Give lines to state something, --of and --role to confirm it.",
        )
