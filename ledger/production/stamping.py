"""Time tokens on the newest published checkpoint, from each configured authority.

An authority that fails leaves a visible reason and holds nobody up: the others go on,
and the next checkpoint's token covers every entry of this one. So nothing has to be
caught up but the newest checkpoint, whenever the authority is back.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ledger.errors import CheckpointError, LogError
from ledger.evidence.trust import read_trust
from ledger.keys.time_authority import SECONDS, Stamp, TimeAuthority, TimeAuthorityError
from ledger.keys.token_check import TokenReading, TokenState, check_token
from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.note import parse_note
from ledger.log.time_token import stamped_bytes
from ledger.production.opening import Production, SystemClock
from ledger.production.outside import TimeAuthorityTable
from ledger.records.identity import as_token, instant_from
from ledger.store.published import PublishedLog
from ledger.store.tokens import KeptToken, TokenFolder, Unstamped

TOKENS: Final = "tokens"


class StampState(StrEnum):
    """Whether an authority's token of the newest checkpoint is there.

    STAMPED: it came just now.
    KEPT: it was there before.
    UNSTAMPED: it is missing, for the reason given.
    """

    STAMPED = "stamped"
    KEPT = "kept"
    UNSTAMPED = "unstamped"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityStamp:
    """What came of asking one authority.

    Attributes:
        at: the token's time; `None` while unstamped.
        reason: a token such as `unreachable`; for a token that is there, why it is
            less than trusted; "" if it is trusted.
        error: what to tell a person; `None` unless something failed just now.
    """

    name: str
    state: StampState
    at: datetime | None = None
    reason: str = ""
    error: TimeAuthorityError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamping:
    """What came of asking all authorities about one checkpoint.

    Attributes:
        size: of the checkpoint.
        stamps: one for each authority of `production.toml`, in its order.
    """

    size: int
    stamps: tuple[AuthorityStamp, ...]

    @property
    def complete(self) -> bool:
        """Whether each authority's token is there; true also if none is configured."""
        return all(one.state is not StampState.UNSTAMPED for one in self.stamps)


def stamp_newest(production: Production, *, seconds: float = SECONDS) -> Stamping:
    """Ask each authority for a token of the newest published checkpoint.

    Args:
        production: an opened production, online.
        seconds: how long to wait for one authority; all are asked at once.

    Raises:
        LogError: the published checkpoint is not one that the log signed.
        StoreFullError, StoreUnavailableError: tokens cannot be kept.
    """
    note, point = published_checkpoint(production)
    tables = production.registry.time_authority
    roots = time_roots(production)
    folder = token_folder(production)
    folder.sweep()
    kept = {one.name: _kept(folder, point.size, one.name, roots) for one in tables}
    asked = [one for one in tables if kept[one.name] is None]
    answers = _ask_all(asked, note, roots, seconds)
    stamps = [
        kept[one.name] or _settled(folder, point.size, note, one, answers[one.name])
        for one in tables
    ]
    return Stamping(size=point.size, stamps=tuple(stamps))


def published_checkpoint(production: Production) -> tuple[bytes, Checkpoint]:
    """The newest published checkpoint as the log signed it, compared with the log.

    Raises:
        LogError: there is none yet, or it is not one that the log signed.
    """
    reader = production.reader()
    note = PublishedLog(production.layout.published).checkpoint()
    if note is None:
        raise LogError(
            "a published checkpoint",
            met="none",
            advice="Run jangbu register, which publishes what the log has.",
        )
    stamped = stamped_bytes(note)
    point = parse_checkpoint(parse_note(stamped).text)
    if reader.note_at(point.size) != stamped:
        raise CheckpointError(
            "a published checkpoint that the log signed",
            met="another one",
            advice="The database or the copy was changed: run jangbu fsck.",
            size=point.size,
        )
    return stamped, point


def token_folder(production: Production) -> TokenFolder:
    """Where a production keeps its tokens."""
    return TokenFolder(production.layout.published / TOKENS)


def time_roots(production: Production) -> Sequence[str]:
    """Certificates of authorities that the production's own trust file lists."""
    return read_trust(production.layout.trust).time_roots or ()


def _kept(
    folder: TokenFolder, size: int, name: str, roots: Sequence[str]
) -> AuthorityStamp | None:
    token = folder.token(size, name)
    if token is None:
        return None
    reading = check_token(token.raw, token.note, roots)
    if reading.state is TokenState.REFUSED:
        return None  # damaged: asked for again
    return _stamp(name, StampState.KEPT, reading)


def _ask_all(
    tables: Sequence[TimeAuthorityTable],
    note: bytes,
    roots: Sequence[str],
    seconds: float,
) -> dict[str, Stamp | TimeAuthorityError]:
    def ask(table: TimeAuthorityTable) -> Stamp | TimeAuthorityError:
        authority = TimeAuthority(
            name=table.name,
            url=table.url,
            clock=SystemClock(),
            roots_pem=roots,
            seconds=seconds,
        )
        try:
            return authority.stamp(note)
        except TimeAuthorityError as error:
            return error

    if not tables:
        return {}
    with ThreadPoolExecutor(max_workers=len(tables)) as pool:
        answers = list(pool.map(ask, tables))
    return {one.name: answer for one, answer in zip(tables, answers, strict=True)}


def _settled(
    folder: TokenFolder,
    size: int,
    note: bytes,
    table: TimeAuthorityTable,
    answer: Stamp | TimeAuthorityError,
) -> AuthorityStamp:
    name = table.name
    if isinstance(answer, Stamp):
        folder.keep(KeptToken(size=size, name=name, raw=answer.raw, note=note))
        return _stamp(name, StampState.STAMPED, answer.reading)
    reason = str(answer.facts["reason"])
    now = instant_from(SystemClock().now())
    folder.mark_unstamped(
        name, Unstamped(size=size, reason=as_token(reason), since=now, at=now)
    )
    return AuthorityStamp(
        name=name, state=StampState.UNSTAMPED, reason=reason, error=answer
    )


def _stamp(name: str, state: StampState, reading: TokenReading) -> AuthorityStamp:
    return AuthorityStamp(name=name, state=state, at=reading.at, reason=reading.reason)
