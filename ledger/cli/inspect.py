"""`jangbu log` and `jangbu disclose`: looking into a production's own log."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.output import Answered, answer, print_json, say
from ledger.cli.production import AsJson, Folder
from ledger.cli.reading import Reason, noted
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import Entry, parse_entry
from ledger.encoding.statement import STUDIO
from ledger.errors import ErasedEvidenceError, MissingEvidenceError, UsageError
from ledger.evidence.heads import fold_entries
from ledger.evidence.output import OutputExistsError
from ledger.files import os_error, write_private
from ledger.history.current import History
from ledger.log.note import Verifier
from ledger.production.access import Read
from ledger.production.opening import opened
from ledger.production.own_keys import every_key, own_authority
from ledger.vault.disclosure import check_disclosure, disclose
from ledger.vault.vault import Vault


def log(
    folder: Folder,
    private: Annotated[
        bool, typer.Option(help="Also name the private fields that can be opened.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the entries of the log: index, time, kind, state, id."""

    def use_case() -> Answered:
        with opened(folder) as production:
            reader = production.reader()
            entries = [parse_entry(raw) for raw in reader.entries(0, reader.size())]
            history = fold_entries(entries)
            rows = [_row(index, one, history) for index, one in enumerate(entries)]
            with production.vault.reading():
                for row in rows:
                    _add_from_vault(row, production.vault, private=private)
        _show(rows)
        return 0, {"log": reader.origin, "size": len(rows), "entries": rows}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _row(index: int, entry: Entry, history: History) -> dict[str, Any]:
    row: dict[str, Any] = {
        "index": index,
        "at": entry.at,
        "kind": entry.kind,
        "state": history.state_of(entry.id).value,
        "disputed": history.contradicted(entry.id),
        "id": entry.id,
    }
    if entry.act is not None:
        row["act"] = {"verb": entry.act.verb, "of": entry.act.of}
    return row


def _add_from_vault(row: dict[str, Any], vault: Vault, *, private: bool) -> None:
    try:
        vault.blinds(row["id"])
    except ErasedEvidenceError:
        row["erased"] = True
    except MissingEvidenceError:
        # Stated from another folder, with a vault of its own; fsck says so, too.
        row["not_in_vault"] = True
    if private:
        row["private"] = list(vault.paths(row["id"]))


def _show(rows: list[dict[str, Any]]) -> None:
    # Plain lines and not a table: ids must come whole, to be copied.
    for row in rows:
        state = row["state"]
        state += ", disputed" if row["disputed"] else ""
        state += ", erased" if row.get("erased") else ""
        state += ", not in this vault" if row.get("not_in_vault") else ""
        say(
            f"{row['index']:>6}  {row['at']}  {row['kind']:<13} {state:<9}  {row['id']}"
        )
        if row.get("private"):
            say(f"        private: {' '.join(row['private'])}")


def disclose_command(
    folder: Folder,
    index: Annotated[int, typer.Argument(min=0, help="Index of the entry.")],
    path: Annotated[str, typer.Argument(help="The field, as /body/name.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Disclose one private field with its proof; the value stands in the file."""

    def use_case() -> Answered:
        if out.exists():
            raise OutputExistsError(
                "a file that is not there yet",
                met="a file",
                advice="Give another name to --out.",
                where=str(out),
            )
        with opened(folder) as production:
            reader = production.reader()
            document = disclose(reader, production.vault, index, path)
            own = own_authority(reader, production.keys.blinding_key(STUDIO))
            key = own.log_keys.at(reader.size())
            verifier = Verifier(name=production.log, public_key=key)
            check_disclosure(document, verifier, every_key(reader))
            known_as = reader.statements(index, index + 1)[0].id
            noted(production, _read("disclose", known_as, path, reason))
        try:
            write_private(out, document)
        except OSError as error:
            raise os_error(error, out) from error
        say(f"Wrote {out}. It holds the value of {path} in clear.")
        return 0, {"index": index, "digest": sha256_hex(document)}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _read(command: str, statement: str, path: str, why: str | None) -> Read:
    return Read(command=command, count=1, statement=statement, path=path, why=why)


def open_command(
    folder: Folder,
    index: Annotated[int, typer.Argument(min=0, help="Index of the entry.")],
    path: Annotated[str, typer.Argument(help="The field, as /body/name.")],
    reason: Reason = None,
) -> None:
    """Print the value of one private field, for the holder of the keys alone."""

    def use_case() -> Answered:
        with opened(folder) as production:
            found = production.reader().statements(index, index + 1)
            if not found:
                raise UsageError(
                    "an entry of the log",
                    met=f"index {index} in a log of {production.reader().size()}",
                    advice="jangbu log lists the entries.",
                )
            value = production.vault.open(found[0].id, path).value
            noted(production, _read("open", found[0].id, path, reason))
        print_json({"index": index, "path": path, "value": value})
        return 0, {}

    raise typer.Exit(answer(use_case, as_json=False))
