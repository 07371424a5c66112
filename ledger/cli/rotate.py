"""`jangbu rotate`: new keys for a log, signed by the recovery key elsewhere."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.encoding import canonical
from ledger.evidence.output import write_output
from ledger.keys.replacing import read_private_key
from ledger.log.note import Verifier
from ledger.production.layout import Layout
from ledger.production.rotating import Reason, apply, opened_to_rotate, prepare
from ledger.production.rotation_request import read_request, read_signed

Out = Annotated[Path, typer.Option("--out", "-o", help="The file to write.")]


def rotate_prepare(
    folder: Folder,
    out: Out,
    reason: Annotated[
        Reason, typer.Option(help="Why: scheduled, compromised or lost.")
    ] = "scheduled",
    good_until: Annotated[
        int | None,
        typer.Option(
            min=1, help="First entry from which the old roots are not believed."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make new keys and write the request that the recovery key has to sign."""

    def use_case() -> Answered:
        with opened_to_rotate(folder) as production:
            request = prepare(production, reason, good_until)
        write_output(out, [request.to_bytes()], overwrite=False)
        for line in request.lines():
            say(line)
        say(f"Take {out} to the machine with the recovery key: jangbu rotate sign.")
        return 0, {"id": request.id, "key_id": request.key_id}

    raise typer.Exit(answer(use_case, as_json=as_json))


def rotate_sign(
    request: Annotated[Path, typer.Argument(help="What rotate prepare wrote.")],
    key: Annotated[Path, typer.Option(help="The recovery key's file.")],
    out: Out,
    as_json: AsJson = False,
) -> None:
    """Show a request and sign it with the recovery key; needs no production."""

    def use_case() -> Answered:
        found = read_request(request)
        for line in found.lines():
            say(line)
        parcel = found.signed(read_private_key(key), datetime.now(UTC))
        write_output(out, [canonical.encode(parcel.to_json())], overwrite=False)
        say(f"Signed. Take {out} back to the production: jangbu rotate apply.")
        return 0, {"id": found.id, "key_id": found.key_id}

    raise typer.Exit(answer(use_case, as_json=as_json))


def rotate_apply(
    folder: Folder,
    signed: Annotated[Path, typer.Argument(help="What rotate sign wrote.")],
    as_json: AsJson = False,
) -> None:
    """State a signed rotation and put the new keys into their place."""

    def use_case() -> Answered:
        parcel, composed, body = read_signed(signed)
        with opened_to_rotate(folder) as production:
            rotated = apply(production, parcel, composed, body)
        say(f"The keys of the log were replaced at entry {rotated.receipt.index}.")
        say(
            "Move the new recovery key to a safe place offline: "
            f"{Layout(folder).keys / 'sign' / 'recovery.pem'}"
        )
        if rotated.replaced:
            say(f"Also replaced: {', '.join(rotated.replaced)}.")
        say("Trust files that verifiers have stay as they are.")
        vkey = _vkey(composed.place.log, body.log_key)
        say(f"Tell your witnesses this key: {vkey}")
        return 0, {
            "index": rotated.receipt.index,
            "new": rotated.receipt.new,
            "log_key": body.log_key,
            "log_vkey": vkey,
        }

    raise typer.Exit(answer(use_case, as_json=as_json))


def _vkey(log: str, public_key: str) -> str:
    return Verifier(name=log, public_key=bytes.fromhex(public_key)).to_vkey()
