"""Recording while the ledger is out of reach: what can be checked without the log.

Engagements, generations and contributions without frames rely on the folder alone.
They are signed and wait in the outbox; who may state them, and whether they are said
already, admission decides. Whatever relies on what the log says is refused.
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


def refuse_what_needs_the_log(forms: Forms, name: str) -> None:
    """Refuse lines that cannot be checked without the log.

    Raises:
        StoreUnavailableError: with the first of them; nothing was recorded.
    """
    for number, form in forms:
        if not _stands_alone(form):
            raise StoreUnavailableError(
                "the ledger in reach, for cuts, opinions, acts and frames of a shot",
                met="a ledger out of reach",
                advice="Record this line when the ledger is back; lines that rely on "
                "nothing in it can be recorded now.",
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
