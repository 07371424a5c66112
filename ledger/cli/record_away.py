"""Recording without the log at hand: what can be checked from the folder alone.

Engagements, generations and contributions without frames rely on the folder alone.
They are signed and go to the service that keeps the log, or wait in the outbox; who may
state them, and whether they are said already, admission decides. Whatever relies on
what the log says is refused: out of reach it cannot be asked, and a service never says.
"""

from pathlib import Path

from ledger.cli.record_names import ProductionNames
from ledger.errors import StoreUnavailableError
from ledger.history.current import History
from ledger.history.film import Film
from ledger.production.opening import Production
from pipeline.recording.acts import Standing
from pipeline.recording.desk import Desk
from pipeline.recording.drafting import Forms
from pipeline.recording.forms import (
    ContributionLine,
    EngagementLine,
    GenerationLine,
    RecordLine,
)


class LogAway:
    """Implements `pipeline.recording.acts.Log` for a log that cannot be asked."""

    history = History()

    def id_at(self, _index: int) -> str | None:
        """No entry is known."""
        return None

    def said_by(self, _statement: str) -> str | None:
        """Nobody is known to have said it."""
        return None

    def spoken_for(self, _signer: str) -> str | None:
        """No key is known to speak for anybody."""
        return None


def refuse_what_needs_the_log(forms: Forms, name: str, *, served: bool) -> None:
    """Refuse lines that cannot be checked without the log.

    Args:
        forms: the lines, with their numbers.
        name: what they are called, for messages.
        served: whether a service keeps the log, which never shows what it says.

    Raises:
        StoreUnavailableError: with the first of them; nothing was recorded.
    """
    when = "where the log's database is" if served else "when the ledger is back"
    for number, form in forms:
        if not _stands_alone(form):
            raise StoreUnavailableError(
                "what the log says, for cuts, opinions, acts and frames of a shot",
                met="a log that a service keeps" if served else "a ledger out of reach",
                advice=f"Record this line {when}; lines that rely on nothing in the "
                "log can be recorded now.",
                where=f"{name}: line {number}",
                line=number,
            )


def desk_without_log(production: Production, folder: Path) -> Desk:
    """What lines are checked against while the log cannot be asked."""
    return Desk(
        recorder=production.recorder,
        folder=folder,
        names=ProductionNames(production, None),
        secret_of=production.keys.blinding_key,
        film=Film(
            log=production.log,
            size=0,
            root="",
            studio=production.studio,
            title=None,
        ),
        standing=Standing(LogAway()),
    )


def _stands_alone(form: RecordLine) -> bool:
    match form:
        case ContributionLine():
            return form.verb is None and form.frames is None
        case EngagementLine() | GenerationLine():
            return form.verb is None
        case _:
            return False
