"""Working on when the ledger is out of reach: open without it, let parcels wait."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ledger.cli.output import say
from ledger.errors import StoreUnavailableError
from ledger.production.opening import Production, opened


@contextmanager
def opened_in_reach(root: Path, *, offline: bool = False) -> Iterator[Production]:
    """Open a production; without its log, if that is out of reach.

    Raises:
        JangbuError: as `ledger.production.opening.open_production`.
    """
    with ExitStack() as stack:
        try:
            production = stack.enter_context(opened(root, offline=offline))
        except StoreUnavailableError as error:
            if offline:
                raise
            _say_away(error)
            production = stack.enter_context(opened(root, offline=True))
        yield production


def submit_waiting(production: Production) -> None:
    """Submit what waits in the outbox, if the ledger is in reach."""
    try:
        refused = production.recorder.flush()
    except StoreUnavailableError as error:
        _say_away(error)
        return
    for one in refused:
        say(f"refused, and kept in the outbox: {one}")


def say_waiting(production: Production) -> None:
    """Say how much waits, if anything does."""
    waiting = production.recorder.outbox.waiting().parcels
    if waiting:
        say(f"{waiting} parcels wait in the outbox: jangbu spool FOLDER --send.")


def _say_away(error: StoreUnavailableError) -> None:
    say(f"The ledger is out of reach ({error.met}); statements wait in the outbox.")
