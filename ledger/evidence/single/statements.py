"""Disclosed statements: what was said, by which key, and with which right."""

from dataclasses import dataclass, field
from typing import Any

from ledger.evidence.single.authority import Authority
from ledger.evidence.single.encoding import (
    Refused,
    check_members,
    commitment,
    demand,
    digest_of,
    parse_lines,
    parse_object,
    print_json,
    root_of,
    sha256,
    statement_id,
)
from ledger.evidence.single.history import ROOT_ONLY, History, family
from ledger.evidence.single.naming import check_named
from ledger.evidence.single.notes import check_envelope, read_envelope

SHEET_TYPE = "application/vnd.jangbu.sheet.1+json"


@dataclass
class Statements:
    """What a bundle discloses, by index of the entry.

    Attributes:
        doubtful: entries of keys that were revoked for before they were stated.
    """

    log: str
    history: History
    said: dict[int, dict[str, Any]] = field(default_factory=dict)
    authority: Authority = field(default_factory=Authority)
    doubtful: set[int] = field(default_factory=set)
    signers: dict[int, str] = field(default_factory=dict)

    def of(self, kind: str) -> list[tuple[int, dict[str, Any]]]:
        """Statements of a family of kinds that are in force, with their bodies."""
        return [
            (index, said)
            for index, said in self.said.items()
            if family(said["kind"]) == kind and self.history.in_force(index)
        ]

    def find(self, name: str) -> dict[str, Any] | None:
        """A disclosed statement by its id."""
        return self.said.get(self.history.at.get(name, -1))


def read_statements(log: str, history: History, parts: dict[str, bytes]) -> Statements:
    """4, 9. Each opens its entry, and a key that might say it signed its sheet."""
    sheets = {sha256(raw).hex(): raw for raw in parse_lines(parts["sheets.jsonl"])}
    opened: dict[str, dict[str, Any]] = {}
    found = Statements(log=log, history=history)
    before = -1
    places: set[tuple[str, str]] = set()
    for line in parse_lines(parts["statements.jsonl"]):
        row = parse_object(line, "index blind by_blind sheet statement")
        index, said = row["index"], row["statement"]
        inside = type(index) is int and before < index < len(history.entries)
        demand(inside, "statements in another order")
        before = index
        _check_entry(found, row)
        place = (said["kind"], said["key"])
        demand(place not in places, f"entry {index}: one fact twice")
        places.add(place)
        check_named(history, index, said)
        if index == 0:
            demand(family(said["kind"]) == "genesis", "no genesis in entry 0")
            found.authority.advance(0, history.entries[0]["id"], said)
        digest = row["sheet"]
        demand(digest in sheets, f"entry {index}: without its sheet")
        if digest not in opened:
            opened[digest] = _open_sheet(found, sheets[digest])
        _check_right(found, index, said, opened[digest])
        found.said[index] = said
    demand(set(opened) == set(sheets), "sheets of other statements")
    _check_keys_shown(found)
    return found


def _check_entry(found: Statements, row: dict[str, Any]) -> None:
    index, said = row["index"], row["statement"]
    check_members(said, "v log kind key prev scope body", "at act")
    entry = found.history.entries[index]
    where = f"entry {index}"
    demand(said["log"] == found.log, f"{where}: made for another log")
    raw = print_json(said)
    opened = statement_id(digest_of(row["blind"]), raw)
    demand(opened == entry["id"], f"{where}: another statement")
    shown = [said["kind"], said["scope"], said["prev"], said.get("act")]
    headed = [entry["kind"], entry["scope"], entry["refs"], entry.get("act")]
    demand(
        print_json([shown]) == print_json([headed])
        if None not in (shown[3], headed[3])
        else shown == headed,
        f"{where}: says something else",
    )
    place = [said["log"], said["kind"], said["key"]]
    by = commitment(place, "/by", row["sheet"], digest_of(row["by_blind"]))
    demand(entry["by"] == {"#": by}, f"{where}: signed by another sheet")


def _open_sheet(found: Statements, raw: bytes) -> dict[str, Any]:
    _, signer, _ = read_envelope(raw, SHEET_TYPE)
    public_key = found.authority.public_key(signer)
    if public_key is None:
        raise Refused("a sheet by a key that the log does not know")
    payload = check_envelope(raw, SHEET_TYPE, public_key)
    sheet = parse_object(payload, "v log org key_id signed_at ids")
    demand(sheet["log"] == found.log, "a sheet for another log")
    ids = sheet["ids"]
    demand(0 < len(set(ids)) == len(ids) <= 1000, "a sheet with an id twice, or none")
    demand(sheet["key_id"] == signer, "a sheet by another key")
    return sheet


def _check_right(
    found: Statements, index: int, said: dict[str, Any], sheet: dict[str, Any]
) -> None:
    name = found.history.entries[index]["id"]
    signer, verb = sheet["key_id"], said.get("act", {}).get("verb", "state")
    demand(name in sheet["ids"], f"entry {index}: not on its sheet")
    known = found.authority.public_key(signer) is not None
    demand(known, f"entry {index}: by a key that has ended")
    right = found.authority.permits(signer, said["kind"], verb)
    demand(right, f"entry {index}: by a key without the right")
    found.signers[index] = signer
    if index > 0:
        found.authority.advance(index, name, said)


def _check_keys_shown(found: Statements) -> None:
    for index, entry in enumerate(found.history.entries):
        if family(entry["kind"]) in ROOT_ONLY:
            demand(index in found.said, f"entry {index}: about keys, and withheld")
    found.doubtful = {
        index
        for index, by in found.signers.items()
        if found.authority.doubts(by, index)
    }
    for index, said in found.said.items():
        _check_past(found, index, said)


def _check_past(found: Statements, index: int, said: dict[str, Any]) -> None:
    """What a rotation or an anchor says of the log is what the log was."""
    body = said["body"]
    point = body.get("continues") if family(said["kind"]) == "rotation" else body
    if family(said["kind"]) not in {"rotation", "anchor"} or not body:
        return
    demand(point["size"] <= index, f"entry {index}: of the future")
    met = root_of(found.history.leaves[: point["size"]]).hex()
    demand(met == point["root"], f"entry {index}: of another history")


def check_openings(found: Statements, raw: bytes) -> int:
    """10. Each opened field leads to the commitment at its path."""
    before: tuple[int, str] = (-1, "")
    count = 0
    for line in parse_lines(raw):
        row = parse_object(line, "index path value blind")
        now = (row["index"], row["path"])
        demand(before < now, "openings in another order")
        before = now
        said = found.said.get(row["index"])
        demand(said is not None, "an opening of what is not disclosed")
        assert said is not None  # noqa: S101  # for type checkers
        place = [said["log"], said["kind"], said["key"]]
        met = commitment(place, row["path"], row["value"], digest_of(row["blind"]))
        demand(_at(said, row["path"]) == {"#": met}, f"entry {row['index']}: a value")
        count += 1
    return count


def _at(value: Any, path: str) -> Any:
    for step in path.split("/")[1:]:
        if isinstance(value, list):
            demand(
                step.isdecimal() and step.isascii() and int(step) < len(value), "path"
            )
            value = value[int(step)]
        else:
            name = step.replace("~1", "/").replace("~0", "~")
            demand(isinstance(value, dict) and name in value, "a path to nowhere")
            value = value[name]
    return value
