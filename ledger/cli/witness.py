"""`jangbu witness`: cosign the checkpoints of somebody else's log."""

import signal
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.output import Answered, answer, say
from ledger.errors import CheckpointError, StoreUnavailableError, UsageError
from ledger.log.witness_request import origin_hash
from ledger.witness.server import WitnessServer
from ledger.witness.witness import Witness, Witnessed

Folder = Annotated[Path, typer.Argument(help="The witness's own folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


class WallClock:
    """This machine's clock."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)


def witness_init(
    folder: Folder,
    name: Annotated[
        str, typer.Option(help="The witness's name for ever: a domain and a path.")
    ],
    as_json: AsJson = False,
) -> None:
    """Make a witness: its key, and its memory of what it has cosigned."""

    def use_case() -> Answered:
        witness = _created(folder, name)
        say(f"Made the witness {witness.name} in {folder}")
        say(f"Give this key to productions and to readers: {witness.vkey}")
        say("Never put an older copy of this folder back: a witness that forgets can")
        say("be led to cosign a second history.")
        return 0, {"name": witness.name, "vkey": witness.vkey}

    raise typer.Exit(answer(use_case, as_json=as_json))


def witness_add(
    folder: Folder,
    vkey: Annotated[str, typer.Argument(help="A log's verifier key: log_vkeys.")],
    replace: Annotated[
        bool, typer.Option(help="Accept no older key of that log any more.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Cosign for a log from now on, or accept its next key."""

    def use_case() -> Answered:
        witness = Witness.open(folder, WallClock())
        origin = _added(witness, vkey, alone=replace)
        say(f"{witness.name} cosigns for {origin}")
        return 0, {"origin": origin}

    raise typer.Exit(answer(use_case, as_json=as_json))


def witness_serve(
    folder: Folder,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any.")] = 7380,
    host: Annotated[
        str, typer.Option(help="Where to listen; put HTTPS before anything but this.")
    ] = "127.0.0.1",
) -> None:
    """Answer logs over HTTP until interrupted (C2SP tlog-witness)."""

    def use_case() -> Answered:
        witness = Witness.open(folder, WallClock())
        try:
            server = WitnessServer(witness, (host, port))
        except OSError as error:
            raise StoreUnavailableError(
                "an address to listen at",
                met=error.strerror or type(error).__name__,
                advice="Choose another --port or --host.",
                where=f"{host}:{port}",
            ) from error
        with server:
            _end_when_told()
            say(f"{witness.name} listens at {server.url}; {witness.vkey}")
            server.serve_forever()
        return 0, {}

    raise typer.Exit(answer(use_case, as_json=False))


def _end_when_told() -> None:
    # Said here, as what is started in the background inherits that SIGINT is ignored,
    # and as service managers send SIGTERM.
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.default_int_handler)


def witness_show(folder: Folder, as_json: AsJson = False) -> None:
    """Show the witness's key, what it has cosigned, and the evidence that it keeps."""

    def use_case() -> Answered:
        witness = Witness.open(folder, WallClock())
        known = witness.known()
        say(f"{witness.name}: {witness.vkey}")
        for one in known:
            _explain(one)
        logs = [_document(one) for one in known]
        return 0, {"name": witness.name, "vkey": witness.vkey, "logs": logs}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _created(folder: Path, name: str) -> Witness:
    if not unicodedata.is_normalized("NFC", name):
        raise UsageError(
            "a name in Unicode NFC",
            met="another normal form, which no trust file may hold",
            advice="Type the name anew, or take ASCII letters.",
            where="--name",
        )
    try:
        return Witness.create(folder, name, WallClock())
    except CheckpointError as error:
        raise UsageError(
            error.expected,
            met=error.met or "nothing",
            advice="Take a domain of yours and a path, as funder.example/w1.",
            where="--name",
        ) from error


def _added(witness: Witness, vkey: str, *, alone: bool) -> str:
    try:
        return witness.add_log(vkey, alone=alone)
    except CheckpointError as error:
        raise UsageError(
            error.expected,
            met=error.met,
            advice="Copy the key from the log's trust file: jangbu trust show FILE.",
            where="VKEY",
        ) from error


def _explain(known: Witnessed) -> None:
    newest = known.newest
    held = (
        f"{newest.checkpoint.size} entries, cosigned {_utc(newest.time)}"
        if newest
        else "nothing cosigned yet"
    )
    say(f"{known.origin}: {held}; {len(known.vkeys)} keys")
    say(f"  at {_path(known.origin)}")
    for path, conflict in known.conflicts:
        say(f"  {conflict.reason.value}, {conflict.found_at}: {path}", style="red")


def _document(known: Witnessed) -> Mapping[str, Any]:
    newest = known.newest
    return {
        "origin": known.origin,
        "path": _path(known.origin),
        "vkeys": list(known.vkeys),
        "size": newest.checkpoint.size if newest else 0,
        "cosigned_at": _utc(newest.time) if newest else None,
        "evidence": [
            {"reason": one.reason.value, "found_at": one.found_at}
            for _, one in known.conflicts
        ],
    }


def _path(origin: str) -> str:
    """Where the witness shows the newest checkpoint that it cosigned."""
    return f"/{origin_hash(origin)}/checkpoint"


def _utc(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")
