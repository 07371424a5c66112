"""Rebuild statement, commitment, sheet, entry and leaves.json: run this file.

The tests compare without writing.
"""

import json
from pathlib import Path
from typing import Any

from ledger.encoding.cell import cell_key
from ledger.encoding.commitment import Place, blind_at, commit, machine_key
from ledger.encoding.digest import sha256_hex
from ledger.encoding.entry import by_commitment, encode_entry, project
from ledger.encoding.sheet import (
    SHEET_TYPE,
    payload_of,
    pre_authentication,
    sign_sheet,
)
from ledger.encoding.statement import Composed, read
from ledger.log.leaves import LeafBlob
from ledger.log.tree import leaf_hash
from tests.vectors import sample_records as sample

HERE = Path(__file__).parent

PROVENANCE = (
    "Made by tests/vectors/rebuild_records.py from the sample in sample_records.py "
    "with Jangbu's own code and fixed, worthless keys; every run gives these bytes. "
    "tests/integration/test_record_vectors.py computes them again with the standard "
    "library alone."
)


def build() -> dict[str, str]:
    """The text of each vector file, by its name."""
    return {
        "statement.json": _text(_statements()),
        "commitment.json": _text(_commitments()),
        "sheet.json": _text(_sheet()),
        "entry.json": _text(entries()),
        "leaves.json": _text(_leaves()),
    }


def _text(vectors: dict[str, Any]) -> str:
    whole = {"provenance": PROVENANCE, **vectors}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _keys() -> dict[str, str]:
    return {
        "log": sample.LOG,
        "blinding_key_is": f"SHA-256 of the UTF-8 text: {sample.BLINDING_TEXT}",
        "blinding_key": sample.BLINDING_KEY.hex(),
    }


def _statements() -> dict[str, Any]:
    rows = [_statement(title, one) for title, one in sample.stories().items()]
    return {**_keys(), "statements": rows}


def _statement(title: str, one: Composed) -> dict[str, Any]:
    return {
        "title": title,
        "statement": one.raw.decode(),
        "sha256": sha256_hex(one.raw),
        "blind": one.blind.hex(),
        "id": one.id,
        "openings": [value.opening.to_json() for value in one.values],
    }


def _commitments() -> dict[str, Any]:
    one = sample.generation()
    place = Place(log=sample.LOG, kind=one.kind, key=one.key)
    run = sample.digest("run statement")
    work = cell_key(sample.LOG, run, 31)
    return {
        **_keys(),
        "kind": one.kind,
        "key": one.key,
        "fields": [
            {
                "path": value.opening.path,
                "value": value.opening.value,
                "blind": value.opening.blind.hex(),
                "commitment": commit(value.opening, place),
            }
            for value in one.values
        ],
        "blinds_of_no_field": {
            path: blind_at(sample.BLINDING_KEY, place, path).hex()
            for path in ("", "/by")
        },
        "cell_key": {"run": run, "cell": 31, "cell_key": work},
        "machine_key": {
            "kind": "frame.set.1",
            "natural": work,
            "key": machine_key(sample.BLINDING_KEY, sample.LOG, "frame.set.1", work),
        },
    }


def _sheet() -> dict[str, Any]:
    said = sample.sheet()
    envelope = sign_sheet(said, sample.SIGNING_KEY)
    payload = payload_of(said)
    return {
        "signing_seed_is": f"SHA-256 of the UTF-8 text: {sample.SIGNING_TEXT}",
        "public_key": sample.SIGNING_KEY.public_key().public_bytes_raw().hex(),
        "key_id": said.key_id,
        "payload": payload.decode(),
        "signed_bytes": pre_authentication(SHEET_TYPE, payload).decode(),
        "envelope": envelope.decode(),
        "sha256": sha256_hex(envelope),
    }


def entries() -> dict[str, Any]:
    """The entries of the sample statements, with what they are made of."""
    sheet = sha256_hex(sign_sheet(sample.sheet(), sample.SIGNING_KEY))
    instants = (
        "2026-11-22T09:00:01.000001Z",
        "2026-11-22T09:00:01.000002Z",
        "2026-11-22T09:00:01.000002Z",
    )
    rows: list[dict[str, str]] = []
    for one, at in zip(sample.stories().values(), instants, strict=True):
        by = by_commitment(sheet, one.by_blind, one.place)
        held = bool(rows) and rows[-1]["at"] == at
        entry = project(read(one.raw), statement_id=one.id, by=by, at=at, held=held)
        raw = encode_entry(entry)
        rows.append(
            {
                "statement": one.raw.decode(),
                "id": one.id,
                "by_blind": one.by_blind.hex(),
                "by": by,
                "at": at,
                "entry": raw.decode(),
                "leaf_hash": leaf_hash(raw).hex(),
            }
        )
    return {"sheet": sheet, "entries": rows}


def _leaves() -> dict[str, Any]:
    return {
        "asset": _blob(sample.asset_leaves()),
        "measured": _blob(sample.measured_leaves()),
        "sealed": _blob(sample.sealed_leaves()),
    }


def _blob(blob: LeafBlob) -> dict[str, Any]:
    rows = blob.raw.decode().splitlines()
    return {
        "blob": blob.raw.decode(),
        "leaf_hashes": [leaf_hash(row.encode()).hex() for row in rows],
        "stated": blob.stated.model_dump(mode="json"),
    }


if __name__ == "__main__":
    for name, text in build().items():
        (HERE / name).write_text(text, encoding="utf-8")
