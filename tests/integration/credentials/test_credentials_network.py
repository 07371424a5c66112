"""Reading a file tells nobody: c2pa opens no connection under our settings.

The listener is shown to work first: with c2pa's own settings the same file calls it.
"""

import io
import socket
import threading
from collections.abc import Iterator

import c2pa
import pytest

from ledger.keys.certificates import DevelopmentChain
from pipeline.credentials.manifest import FrameCredential, manifest_definition
from pipeline.credentials.reader import read_credential
from pipeline.credentials.settings import CredentialSettings


class Listener:
    """A server on this machine that counts who calls and has nothing to say."""

    def __init__(self) -> None:
        self.calls = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/frame.c2pa"
        self.thread = threading.Thread(target=self.answer)
        self.thread.start()

    def answer(self) -> None:
        while True:
            connection, _ = self.socket.accept()
            with connection:
                if connection.recv(4) == b"stop":
                    return
                self.calls += 1
                connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")

    def stop(self) -> None:
        with socket.create_connection(self.socket.getsockname()) as connection:
            connection.sendall(b"stop")
        self.thread.join(60)
        self.socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.stop()


@pytest.fixture
def remote(
    listener: Listener, png: bytes, credential: FrameCredential, chain: DevelopmentChain
) -> bytes:
    """A picture whose manifest is said to lie on a server."""
    settings = CredentialSettings().rendered("sign")
    signer = c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(b"es256", chain.chain_pem, chain.key_pem, None)
    )
    target = io.BytesIO()
    with signer, c2pa.Context.from_dict(settings) as context:
        builder = c2pa.Builder(manifest_definition(credential), context=context)
        builder.set_no_embed()
        builder.set_remote_url(listener.url)
        builder.sign(signer, "image/png", io.BytesIO(png), target)
    return target.getvalue()


def call(picture: bytes, settings: dict[str, object]) -> None:
    with (
        c2pa.Context.from_dict(settings) as context,
        pytest.raises(c2pa.C2paError, match="Remote"),
    ):
        c2pa.Reader("image/png", io.BytesIO(picture), context=context)


def test_with_its_own_settings_c2pa_calls(listener: Listener, remote: bytes) -> None:
    call(remote, {"version": 1})
    assert listener.calls == 1


@pytest.mark.parametrize(
    ("section", "name"),
    [("core", "allowed_network_hosts"), ("verify", "remote_manifest_fetch")],
)
def test_either_of_the_two_settings_alone_keeps_it_silent(
    listener: Listener, remote: bytes, section: str, name: str
) -> None:
    settings = CredentialSettings().rendered("read")
    settings[section].pop(name)
    call(remote, settings)
    assert listener.calls == 0


def test_our_reader_calls_nobody_and_finds_nothing(
    listener: Listener, remote: bytes, chain: DevelopmentChain
) -> None:
    assert read_credential(remote, "image/png", chain.root_pem).state == "absent"
    assert listener.calls == 0
