"""`jangbu revoke` and `jangbu succeed`: when a key is lost, stolen or given up."""

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.errors import UsageError
from ledger.production.opening import Production, opened
from ledger.production.revoking import Reason, key_of_party, revoke
from ledger.production.succeeding import succeed

_NOW = "now"


def revoke_command(
    folder: Folder,
    reason: Annotated[Reason, typer.Option(help="Why: compromised, lost or left.")],
    good_until: Annotated[
        str,
        typer.Option(
            help="First entry from which the key is not believed, or now for none."
        ),
    ],
    key_id: Annotated[
        str | None, typer.Option(help="The key's id, 32 hex digits.")
    ] = None,
    party: Annotated[
        str | None, typer.Option(help="Or the party: handle, uid or name.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a key: it may state nothing more, nor is it believed from an entry on."""

    def use_case() -> Answered:
        first = _entry(good_until)
        with opened(folder) as production:
            done = revoke(production, _key(production, key_id, party), first, reason)
        say(f"Revoked key {done.key_id} at entry {done.index}.")
        say(f"Statements that are not believed any more: {done.doubted}.")
        if done.replaced:
            say("The pipeline has a new key.")
        elif reason == "left":
            say("Take what the party may out of production.toml, then register.")
        else:
            say("jangbu register makes the party a new key; who has a key of their own")
            say("makes one: jangbu contribute key.")
        return 0, {"key_id": done.key_id, "index": done.index, "doubted": done.doubted}

    raise typer.Exit(answer(use_case, as_json=as_json))


def succeed_command(
    old: Annotated[Path, typer.Argument(help="The production whose log is frozen.")],
    new: Annotated[Path, typer.Argument(help="The folder of the new production.")],
    as_json: AsJson = False,
) -> None:
    """Found a new log that continues a frozen one, whose recovery key is lost."""

    def use_case() -> Answered:
        production = succeed(old, new)
        size = production.reader().size()
        production.online().engine.dispose()
        say(f"Founded the log {production.log} with {size} entries in {new}")
        say(f"Give verifiers its trust file: {production.layout.trust}")
        say("Keep the old folder: what it proves, only its own log can prove.")
        return 0, {"log": production.log, "size": size}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _entry(text: str) -> int | None:
    if text == _NOW:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise UsageError(
            "the index of an entry, or now",
            met=repr(text),
            advice="jangbu log list shows the entries.",
            where="--good-until",
        )
    return int(text)


def _key(production: Production, key_id: str | None, party: str | None) -> str:
    if (key_id is None) == (party is None):
        raise UsageError(
            "--key-id or --party",
            met="both" if key_id else "neither",
            advice="Give one of the two.",
        )
    return key_id if key_id is not None else key_of_party(production, str(party))
