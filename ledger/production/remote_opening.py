"""A production whose log is kept by a service elsewhere.

The folder has keys, vault, blobs and outbox; the log is at the address that
`[ledger] store` names. What was put beside the log here goes there when a statement
needs it: work that was done while the service was away needs nothing but its outbox.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.errors import MalformedRecordError, MissingBlobError, ProductionError
from ledger.keys.folder import KeyFolder
from ledger.log.note import Verifier
from ledger.ports import BlobReader, Clock, Lease, Receipt, Refusal, Submission
from ledger.production.registry import Registry
from ledger.remote.log import RemoteLog
from ledger.remote.port import RemotePort
from ledger.remote.transport import Transport
from ledger.remote.trust import Trust

SIGNER = "pipeline"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionPort:
    """Implements `ledger.ports.Port`: a remote one that brings the blobs along.

    Attributes:
        blobs: those of this folder.
    """

    remote: RemotePort
    blobs: BlobReader

    def claim(self, work: str, holder: str, seconds: int) -> Lease:
        """Ask for a piece of work; see `Port.claim`."""
        return self.remote.claim(work, holder, seconds)

    def put(self, content: bytes) -> str:
        """Keep bytes under their digest; see `Port.put`."""
        return self.remote.put(content)

    def locate(self, kind: str, key: str) -> Receipt | None:
        """The receipt of a statement, if admitted; see `Port.locate`."""
        return self.remote.locate(kind, key)

    def submit(
        self, sheet: bytes, statements: Sequence[Submission]
    ) -> list[Receipt | Refusal]:
        """Admit statements in order, with the blobs that they commit to.

        What is there already is not sent: only what was asked for is, and then the
        same sheet goes once more.
        """
        answers = self.remote.submit(sheet, statements)
        lacking = [
            digest
            for answer, one in zip(answers, statements, strict=True)
            if isinstance(answer, Refusal)
            and isinstance(answer.error, MissingBlobError)
            for digest in blobs_of(one)
        ]
        if not lacking:
            return answers
        for digest in dict.fromkeys(lacking):
            self.remote.put(self.blobs.read(digest))
        return self.remote.submit(sheet, statements)

    def reader(self) -> RemoteLog:
        """The public part of the log, as it is now."""
        return self.remote.reader()

    def close(self) -> None:
        """Let the connections go."""
        self.remote.close()


def remote_port(
    registry: Registry, keys: KeyFolder, blobs: BlobReader, clock: Clock
) -> ProductionPort:
    """The port of a production whose `ledger.store` is a service.

    Raises:
        ProductionError: the registry names no service, or was not initialised.
        MissingKeyError: the folder lacks the log's or the pipeline's key.
    """
    address, log = registry.ledger.store, registry.production.origin
    if log is None or address is None or not address.startswith("http"):
        raise ProductionError(
            "an initialised production whose ledger.store is a service's address",
            met="another one",
            advice='Set [ledger] store = "http://127.0.0.1:8620" in production.toml.',
            where="production.toml: ledger.store",
        )
    remote = RemotePort(
        transport=Transport(base_url=address),
        trust=Trust(
            log=log,
            verifiers=[Verifier(name=log, public_key=keys.public_key("log"))],
        ),
        signer=keys.signing_key(SIGNER),
        clock=clock,
    )
    return ProductionPort(remote=remote, blobs=blobs)


def blobs_of(submission: Submission) -> tuple[str, ...]:
    """Digests of the blobs that a statement commits to."""
    try:
        said = canonical.parse(submission.raw)
    except MalformedRecordError:
        return ()
    return tuple(_blobs_in(said))


def _blobs_in(value: JsonValue) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        if name == "blob" and isinstance(item, str):
            yield item
        else:
            yield from _blobs_in(item)
