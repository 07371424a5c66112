"""HTTP spoken by hand, so that what no client would send can be sent."""

import json
import socket
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Told:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever was told
        return json.loads(self.body)

    def is_problem(self) -> bool:
        """Whether it is a problem document that fits its own status."""
        if self.headers.get("content-type") != "application/problem+json":
            return False
        document = self.json
        named = {"type", "title", "status", "code", "expected", "advice"}
        return (
            named <= set(document)
            and document["status"] == self.status
            and document["type"] == f"/problems/{document['code']}"
        )


def speak(port: int, *parts: bytes, finish: bool = False) -> Told | None:
    """Send bytes and read one answer; `None` if the connection was closed without.

    Args:
        port: of the service.
        parts: what is sent.
        finish: whether to say that nothing follows.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                break  # refused before all of it was read
        if finish:
            connection.shutdown(socket.SHUT_WR)
        return _answer(connection)


def request(
    port: int,
    method: str,
    path: str,
    body: bytes = b"",
    **headers: str,
) -> Told:
    """One request with a Host, and a length unless it is given or set to ""."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = {"host": f"127.0.0.1:{port}", **given}
    if body and "content-length" not in lines:
        lines["content-length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    told = speak(
        port,
        f"{method} {path} HTTP/1.1\r\n{head}connection: close\r\n\r\n".encode(),
        body,
    )
    assert told is not None, "no answer"
    return told


def _answer(connection: socket.socket) -> Told | None:
    raw = b""
    while True:
        try:
            more = connection.recv(65_536)
        except ConnectionResetError:
            break
        if not more:
            break
        raw += more
        told = _parsed(raw)
        if told is not None:
            return told
    return _parsed(raw)


def _parsed(raw: bytes) -> Told | None:
    head, separator, body = raw.partition(b"\r\n\r\n")
    if not separator:
        return None
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    length = int(headers.get("content-length", "0"))
    if len(body) < length:
        return None
    return Told(int(first.split(" ")[1]), headers, body[:length])
