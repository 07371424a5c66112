"""What becomes of a small film when a statement is withdrawn, disputed or erased."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.history.film import Ended, Film, Source
from ledger.history.journal import State

_LISTS = ("generations", "contributions", "engagements", "opinions", "changes")


def without(film: Film, gone: str) -> Film:
    """The film after one statement was withdrawn; it stays listed as ended."""
    ended = film.ended
    lists: dict[str, Any] = {}
    for name in _LISTS:
        kept = []
        for one in getattr(film, name):
            if one.source.id != gone:
                kept.append(one)
                continue
            ended = (*ended, _ended(one.source))
        lists[name] = tuple(kept)
    assets = {key: one for key, one in film.assets.items() if key != gone}
    return replace(film, **lists, assets=assets, ended=ended)


def _ended(source: Source) -> Ended:
    return Ended(
        id=source.id,
        index=source.index,
        kind=source.kind,
        scope=source.scope,
        state=State.WITHDRAWN,
    )


def disputed(film: Film, statement: str) -> Film:
    """The film after another party contradicted a statement."""
    return _marked(film, statement, disputed=True)


def erased(film: Film, statement: str) -> Film:
    """The film after the private values of a statement were erased."""
    return _marked(film, statement, erased=True)


def _marked(film: Film, statement: str, **marks: bool) -> Film:
    lists: dict[str, Any] = {}
    for name in _LISTS:
        lists[name] = tuple(
            _with(one, marks) if one.source.id == statement else one
            for one in getattr(film, name)
        )
    return replace(film, **lists)


def _with(one: Any, marks: Mapping[str, bool]) -> Any:  # noqa: ANN401
    more: dict[str, Any] = {"source": replace(one.source, **marks)}
    if marks.get("erased"):
        more |= {
            name: None for name in ("party", "company", "terms") if hasattr(one, name)
        }
    return replace(one, **more)
