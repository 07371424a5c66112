"""The shots that a cut may use, from a film's facts."""

from ledger.history.film import Film
from ledger.records.identity import VIEWS, as_uid
from pipeline.editing.cut_shots import CutShot


def cut_shots(film: Film) -> list[CutShot]:
    """The shots of a film that a cut may use: those with a code and with frames."""
    return [
        CutShot(
            uid=as_uid(shot.uid),
            code=shot.code,
            view=next(view for view in VIEWS if view == shot.view),
            range=shot.range,
        )
        for shot in film.shots.values()
        if shot.code is not None and shot.range is not None
    ]
