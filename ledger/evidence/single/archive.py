"""The archive of a bundle and its signed index (docs/specs/bundle.md)."""

import re
import struct
import zlib
from typing import Any

from ledger.evidence.single.encoding import check_members, demand, parse_object, sha256
from ledger.evidence.single.notes import read_envelope

INDEX_TYPE = "application/vnd.jangbu.bundle.1+json"
LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
FIRST_DAY = 33  # 1980-01-01
NAME = re.compile(r"[a-z0-9-][a-z0-9._-]{0,127}(?:/[a-z0-9-][a-z0-9._-]{0,127}){0,3}")


def read_archive(raw: bytes) -> dict[str, bytes]:
    """1. Take the parts out, write the archive again, and compare every byte."""
    demand(raw[:4] == b"PK\x03\x04", "no bundle")
    parts: dict[str, bytes] = {}
    offset = 0
    while raw.startswith(b"PK\x03\x04", offset):
        demand(offset + LOCAL.size <= len(raw), "a header that is cut off")
        size, name_length, extra_length = LOCAL.unpack_from(raw, offset)[8:11]
        start = offset + LOCAL.size
        offset = start + name_length + extra_length + size
        name = raw[start : start + name_length].decode("ascii", "replace")
        demand(offset <= len(raw), "a part that is cut off")
        demand(NAME.fullmatch(name) and name not in parts, "a name of another form")
        parts[name] = raw[start + name_length + extra_length : offset]
    _compare(raw, parts)
    return parts


def _compare(raw: bytes, parts: dict[str, bytes]) -> None:
    offset, directory = 0, []
    for name, content in parts.items():
        sizes = (zlib.crc32(content), len(content), len(content), len(name))
        fields = (20, 0, 0, 0, FIRST_DAY, *sizes)
        local = LOCAL.pack(b"PK\x03\x04", *fields, 0) + name.encode()
        row = CENTRAL.pack(b"PK\x01\x02", 20, *fields, 0, 0, 0, 0, 0, offset)
        directory.append(row + name.encode())
        demand(raw.startswith(local, offset), "an archive of another form")
        offset += len(local) + len(content)
    rows, count = b"".join(directory), len(parts)
    end = END.pack(b"PK\x05\x06", 0, 0, count, count, len(rows), offset, 0)
    demand(raw[offset:] == rows + end, "an archive of another form")


def read_index(parts: dict[str, bytes]) -> dict[str, Any]:
    """2. Each part has the name, length and digest of the index, in its order."""
    demand(next(iter(parts), "") == "index.dsse", "no index")
    payload, _, _ = read_envelope(parts["index.dsse"], INDEX_TYPE)
    index = parse_object(payload, "v log size shots frames erased parts")
    demand(index["v"] == 1 and index["v"] is not True, "a newer bundle")
    for name in ("shots", "erased"):
        demand(index[name] == sorted(set(index[name])), "lists in another order")
    listed = index["parts"]
    demand(isinstance(listed, list), "an index without parts")
    for row in listed:
        check_members(row, "name length digest")
    demand([row["name"] for row in listed] == list(parts)[1:], "parts added or dropped")
    for row in listed:
        content = parts[row["name"]]
        stated = (row["length"], row["digest"])
        demand(
            (len(content), sha256(content).hex()) == stated, f"changed: {row['name']}"
        )
        _check_blob(row)
    return index


def _check_blob(row: dict[str, Any]) -> None:
    if row["name"].startswith("blobs/"):
        demand(row["name"] == f"blobs/{row['digest']}", "a blob under another name")
