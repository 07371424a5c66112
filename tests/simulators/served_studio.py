"""A studio's log behind a real service on the loopback address, and a client of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ledger.log.note import Verifier
from ledger.remote.port import RemotePort
from ledger.remote.transport import Transport
from ledger.remote.trust import Trust
from ledger.service.bodies import Pace
from ledger.service.served import ServedLog
from ledger.service.server import Service, listen
from tests.simulators.ledger_studio import LedgerStudio


@dataclass
class ServedStudio:
    """Starts and stops a service of a studio's log at one address."""

    studio: LedgerStudio
    trouble: str = ""
    pace: Pace = field(default_factory=Pace)
    port: int = 0
    _service: Service | None = None
    _clients: list[RemotePort] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def served(self) -> ServedLog:
        return ServedLog(
            origin=self.studio.origin,
            port=self.studio.port,
            reader=self.studio.port.reader,
            clock=self.studio.clock,
            scratch=self.studio.root,
            trouble=lambda: self.trouble,
        )

    def start(self) -> None:
        """Serve, at the same port as before if there was one."""
        self._service = Service(
            self.served(), listen("127.0.0.1", self.port), self.pace
        )
        self.port = self._service.port
        self._service.start()

    def stop(self) -> None:
        """Serve no longer."""
        if self._service is not None:
            self._service.stop()
            self._service = None

    def client(self, signer: str = "pipeline", log: str | None = None) -> RemotePort:
        """A port over HTTP that signs with one of the studio's keys."""
        origin = log or self.studio.origin
        client = RemotePort(
            transport=Transport(base_url=self.address, pause=lambda _: None),
            trust=Trust(
                log=origin,
                verifiers=[Verifier.of(origin, self.studio.signer("log"))],
            ),
            signer=self.studio.signer(signer),
            clock=self.studio.clock,
        )
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Stop, and let the clients' connections go."""
        for client in self._clients:
            client.close()
        self.stop()


@contextmanager
def serving(studio: LedgerStudio, pace: Pace | None = None) -> Iterator[ServedStudio]:
    """A service for as long as it is needed."""
    served = ServedStudio(studio, pace=pace or Pace())
    served.start()
    try:
        yield served
    finally:
        served.close()
