"""Time tokens (RFC 3161): the imprint always, the signature where something can.

Only as much DER is read as leads to the imprint and the time. Nothing of it is believed
unless `openssl` checks the signature against authorities that the reader trusts.
"""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ledger.evidence.single.encoding import Refused, demand, sha256

TST_INFO = bytes.fromhex("2a864886f70d0109100104")
SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
SHA256_OID = bytes.fromhex("0609608648016503040201")
SEQUENCE, SET, OCTETS, INTEGER = 0x30, 0x31, 0x04, 0x02
OBJECT, TIME, EXPLICIT = 0x06, 0x18, 0xA0
MOMENT = re.compile(rb"([0-9]{14})(?:\.[0-9]+)?Z")


@dataclass(frozen=True)
class Token:
    """What a token says: SHA-256 of what was stamped, and when."""

    imprint: bytes
    at: datetime


def _element(raw: bytes, offset: int, tag: int) -> tuple[bytes, int]:
    demand(offset + 2 <= len(raw) and raw[offset] == tag, "a token of another form")
    length, start = raw[offset + 1], offset + 2
    if length & 0x80:
        count = length & 0x7F
        demand(1 <= count <= 4 and start + count <= len(raw), "a token of another form")
        length = int.from_bytes(raw[start : start + count], "big")
        start += count
    demand(start + length <= len(raw), "a token that is cut off")
    return raw[start : start + length], start + length


def read_token(raw: bytes) -> Token:
    """Read imprint and time (RFC 3161 §2.4.2), where the signature is about them.

    From the outside in, so that nothing that only looks like a token is read.
    """
    response, end = _element(raw, 0, SEQUENCE)
    demand(end == len(raw), "bytes after a token")
    _, offset = _element(response, 0, SEQUENCE)
    content = _inside(response, offset, SIGNED_DATA)
    signed, _ = _element(content, 0, SEQUENCE)
    _, offset = _element(signed, 0, INTEGER)
    _, offset = _element(signed, offset, SET)
    octets, _ = _element(_inside(signed, offset, TST_INFO), 0, OCTETS)
    info, _ = _element(octets, 0, SEQUENCE)
    _, offset = _element(info, 0, INTEGER)
    _, offset = _element(info, offset, OBJECT)
    imprint, offset = _element(info, offset, SEQUENCE)
    _, offset = _element(info, offset, INTEGER)
    at, _ = _element(info, offset, TIME)
    algorithm, rest = _element(imprint, 0, SEQUENCE)
    demand(algorithm.startswith(SHA256_OID), "an imprint by another hash")
    digest, _ = _element(imprint, rest, OCTETS)
    return Token(imprint=digest, at=_moment_in(at))


def _inside(raw: bytes, offset: int, kind: bytes) -> bytes:
    """What a structure {kind, [0] EXPLICIT content} holds."""
    structure, _ = _element(raw, offset, SEQUENCE)
    name, rest = _element(structure, 0, OBJECT)
    demand(name == kind, "no time token")
    return _element(structure, rest, EXPLICIT)[0]


def _moment_in(text: bytes) -> datetime:
    found = MOMENT.fullmatch(text)
    demand(found, "a token without a time")
    digits = found[1].decode() if found else ""
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def check_imprint(raw: bytes, note: bytes) -> Token:
    """Whether a token is one of this checkpoint."""
    token = read_token(raw)
    demand(token.imprint == sha256(note), "a token of something else")
    return token


def check_signature(raw: bytes, note: bytes, roots: list[str]) -> bool | None:
    """Whether an authority that the reader trusts signed; `None`: not checked here."""
    program = shutil.which("openssl")
    if program is None or not roots:
        return None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "token.tsr").write_bytes(raw)
        (place / "note").write_bytes(note)
        (place / "roots.pem").write_text("\n".join(roots))
        try:
            done = subprocess.run(  # noqa: S603  # our own arguments
                [
                    program,
                    "ts",
                    "-verify",
                    "-data",
                    "note",
                    "-in",
                    "token.tsr",
                    "-CAfile",
                    "roots.pem",
                ],
                cwd=place,
                capture_output=True,
                timeout=60,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Refused("openssl could not be run") from error
    return done.returncode == 0
