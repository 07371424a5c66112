"""`jangbu serve`: the ledger's port over HTTP, for this machine."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.output import Answered, answer, say
from ledger.errors import JangbuError
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import parse_note
from ledger.production.kept import kept_checkpoints
from ledger.production.opening import Production, SystemClock, opened
from ledger.service.served import ServedLog
from ledger.service.server import Service, check_host, listen
from ledger.store.published import PublishedLog

PORT: Final = 8620


def serve(
    production: Annotated[Path, typer.Argument(help="The production folder.")],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")
    ] = PORT,
    host: Annotated[str, typer.Option(help="A loopback address.")] = "127.0.0.1",
) -> None:
    """Serve the log to this machine: the port's calls, and the log's public part."""

    def use_case() -> Answered:
        check_host(host)
        with opened(production) as ledger, listen(host, port) as listening:
            service = Service(served_log(ledger), listening)
            shown = f"[{host}]" if ":" in host else host
            say(f"Serving {ledger.log} at http://{shown}:{service.port}")
            with _as_interrupt():
                service.run()
        say("Stopped.")
        return 0, {}

    raise typer.Exit(answer(use_case, as_json=False))


def served_log(production: Production) -> ServedLog:
    """A production's log as it is served."""
    return ServedLog(
        origin=production.log,
        port=production.online(),
        reader=production.reader,
        clock=SystemClock(),
        scratch=production.layout.root,
        trouble=_trouble_of(production),
    )


def _trouble_of(production: Production) -> Callable[[], str]:
    layout = production.layout

    def trouble() -> str:
        """The code of what keeps the log from being added to; "" if nothing does."""
        try:
            notes = [*kept_checkpoints(layout.published).notes()]
            copied = PublishedLog(layout.published).checkpoint()
            sizes = [_size(note) for note in (*notes, *([copied] if copied else []))]
            if max(sizes, default=0) > production.reader().size():
                return "log.rollback"
        except JangbuError as error:
            return error.code
        return "" if os.access(layout.root, os.W_OK) else "store.unavailable"

    return trouble


def _size(note: bytes) -> int:
    return parse_checkpoint(parse_note(note).text).size


@contextlib.contextmanager
def _as_interrupt() -> Iterator[None]:
    # uvicorn ends in order and then sends the signal again, which is how it was asked.
    with contextlib.suppress(KeyboardInterrupt):
        yield
