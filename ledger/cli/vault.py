"""`jangbu vault …`: keys under a master key, backups, search, and the log of reads."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.cli.reading import Reason, noted
from ledger.encoding.digest import sha256_hex
from ledger.errors import ProductionError
from ledger.keys.backup import Retention
from ledger.keys.rewrapping import Rewrapped, rewrap_all, wrap_all
from ledger.production.access import Read, checked_reads
from ledger.production.layout import Layout
from ledger.production.opening import opened
from ledger.production.registry import read_registry
from ledger.production.searching import Found, search_names
from ledger.production.vault_backup import (
    back_up_production_keys,
    back_up_vault,
    restore_production_keys,
)

MasterToml = Annotated[
    Path | None,
    typer.Option("--to", help="A master.toml with the new master key, as of a token."),
]
Target = Annotated[Path, typer.Argument(help="A folder for backups, and no others.")]


def wrap(folder: Folder, to: MasterToml = None, as_json: AsJson = False) -> None:
    """Wrap keys that earlier versions left in clear under a master key."""
    _rewrap(wrap_all, folder, to, as_json)


def rewrap(folder: Folder, to: MasterToml = None, as_json: AsJson = False) -> None:
    """Replace the master key; safe to interrupt and to run again."""
    _rewrap(rewrap_all, folder, to, as_json)


def _rewrap(
    work: Callable[[Path, Path | None], Rewrapped],
    folder: Path,
    to: Path | None,
    as_json: bool,
) -> None:
    def use_case() -> Answered:
        layout = Layout(folder)
        read_registry(layout.registry)
        done = work(layout.keys, to)
        say(
            f"Wrapped now: {done.count} of {done.total} keys; master key {done.master}."
        )
        say("Keep a copy of the master key apart from backups of the keys.")
        say("Make a new backup of the keys: older ones need the older master key.")
        return 0, {"master": done.master, "count": done.count, "total": done.total}

    raise typer.Exit(answer(use_case, as_json=as_json))


def backup(folder: Folder, target: Target, as_json: AsJson = False) -> None:
    """Back up the vault while it is in use; no key is in the backup."""

    def use_case() -> Answered:
        made = back_up_vault(folder, target)
        size = made.stat().st_size
        say(f"Wrote {made}: {size:,} bytes.")
        say("It opens with the production's keys alone; never keep them beside it.")
        return 0, {"bytes": size, "digest": sha256_hex(made.read_bytes())}

    raise typer.Exit(answer(use_case, as_json=as_json))


def backup_keys(
    folder: Folder,
    target: Target,
    keep: Annotated[int, typer.Option(help="How many backups stay at most.")] = 7,
    keep_days: Annotated[int, typer.Option(help="For how many days they stay.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Back up the wrapped keys, and destroy backups that are too old."""

    def use_case() -> Answered:
        retention = Retention(keep=keep, days=keep_days)
        done = back_up_production_keys(folder, target, retention)
        say(f"Wrote {done.folder}: {done.count} keys.")
        say(f"They open with the master key {', '.join(done.masters)}, kept elsewhere.")
        say(
            f"Destroyed: {done.removed} older backups; {done.erased} keys of the erased"
        )
        return 0, {
            "count": done.count,
            "masters": list(done.masters),
            "removed": done.removed,
            "erased": done.erased,
        }

    raise typer.Exit(answer(use_case, as_json=as_json))


def restore_keys(
    folder: Folder,
    source: Annotated[Path, typer.Argument(help="One backup, keys-<time>.")],
    as_json: AsJson = False,
) -> None:
    """Bring missing keys back from a backup, but nobody's who was erased since."""

    def use_case() -> Answered:
        done = restore_production_keys(folder, source)
        say(f"Back again: {done.count} keys. What was there stayed as it was.")
        if done.refused:
            say(f"Destroyed in the backup: {done.refused} keys of people erased since.")
        return 0, {"count": done.count, "refused": done.refused}

    raise typer.Exit(answer(use_case, as_json=as_json))


def search(
    folder: Folder,
    name: Annotated[
        str, typer.Option(help="A name, a word of it, or its beginning: 김…")
    ],
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Search the vault for a name, for the holder of the studio's keys alone."""

    def use_case() -> Answered:
        with opened(folder) as production:
            found = search_names(production, name)
            noted(
                production,
                Read(command="vault search", count=found.opened, why=reason),
            )
        for one in found.found:
            state = "" if one.current else "  (no longer in force)"
            say(f"{one.index:>6}  {one.kind:<10} {one.path:<12} {one.name}{state}")
        say(f"Found: {len(found.found)}.")
        return 0, {"found": [_found(one) for one in found.found]}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _found(one: Found) -> dict[str, Any]:
    # Without the name: documents hold nothing private; jangbu open shows it.
    return {
        "index": one.index,
        "id": one.id,
        "kind": one.kind,
        "path": one.path,
        "current": one.current,
    }


def reads(
    folder: Folder,
    check: Annotated[
        bool, typer.Option("--check", help="Print the verdict alone, and no entries.")
    ] = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A checkpoint of it that was kept elsewhere."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List who read what is confidential, and verify that list from its beginning."""

    def use_case() -> Answered:
        layout = Layout(folder)
        origin = read_registry(layout.registry).production.origin
        if origin is None:
            raise ProductionError(
                "a production that was initialised",
                met="a registry without origin",
                advice="Run jangbu init on this folder.",
                where=str(layout.registry),
            )
        found = checked_reads(layout, origin, checkpoint)
        if not check:
            for place, entry in enumerate(found.entries):
                say(_line(place, entry))
        point = found.checkpoint
        root = None if point is None else point.root.hex()
        say(f"{len(found.entries)} reads, as they were noted; root {root or 'none'}.")
        entries = {} if check else {"entries": list(found.entries)}
        return 0, {"size": len(found.entries), "root": root, **entries}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _line(place: int, entry: Mapping[str, Any]) -> str:
    what = entry["what"]
    where = (
        f" {what['statement']} {what.get('path', '')}" if "statement" in what else ""
    )
    why = f"  {entry['why']}" if "why" in entry else ""
    return (
        f"{place:>6}  {entry['at']}  {entry['who']['user']:<12} {what['command']:<14}"
        f" {what['count']:>6}{where}{why}"
    )
