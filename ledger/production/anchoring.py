"""The weekly anchor: what is taken to a notary or a document centre, and its record.

A certificate on paper outlives every key, authority and company. What it certifies is
the checkpoint sheet: origin, size and root of the log on a day. The log keeps the
digest of the certificate's signed copy; where the original lies is for people to know.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from ledger.encoding.canonical import JsonValue
from ledger.encoding.entry import parse_entry
from ledger.encoding.statement import Composed, Draft, Secret
from ledger.errors import ConsistencyError, UsageError
from ledger.keys.token_check import TokenReading, TokenState, check_token
from ledger.log.note import Verifier
from ledger.log.tree import leaf_hash, root_of
from ledger.ports import Receipt
from ledger.production.current import current_of
from ledger.production.opening import Production
from ledger.production.stamping import published_checkpoint, time_roots, token_folder
from ledger.records.custody import Anchor
from ledger.records.identity import Day, as_day, instant_from, moment_of
from ledger.store.tokens import Unstamped

AUTHORITIES: Final = ("notary", "document-centre", "other")
_KIND: Final = "anchor.1"
_SEOUL: Final = timedelta(hours=9)
_A_DAY: Final = timedelta(days=1)
"""Between the first and the last time zone in which a day can be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """What an outside certificate says.

    Attributes:
        certificate: SHA-256 of the signed copy, 64 hex digits.
        root: as the certified sheet prints it; `None` to take the log's word.
    """

    size: int
    authority: str
    on: Day
    certificate: str
    root: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedAnchor:
    """An anchor in force."""

    index: int
    id: str
    anchor: Anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownToken:
    """A kept token, and what it shows now."""

    size: int
    name: str
    reading: TokenReading


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingToken:
    """An authority whose token of the newest checkpoint is missing.

    Attributes:
        mark: why, if it was asked; `None` if it never was.
        covered: the largest size of which it has given a token; 0 if none.
    """

    name: str
    mark: Unstamped | None
    covered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What outsiders have confirmed of a log.

    Attributes:
        size: of the newest published checkpoint.
    """

    size: int
    tokens: tuple[ShownToken, ...]
    missing: tuple[MissingToken, ...]
    anchors: tuple[LoggedAnchor, ...]


def overview(production: Production) -> Overview:
    """Tokens, anchors, and what is missing.

    Raises:
        LogError: the published checkpoint is not one that the log signed.
    """
    _, point = published_checkpoint(production)
    folder, roots = token_folder(production), time_roots(production)
    tokens = tuple(
        ShownToken(
            size=one.size, name=one.name, reading=check_token(one.raw, one.note, roots)
        )
        for one in folder.tokens()
    )
    missing = []
    for table in production.registry.time_authority:
        good = {
            one.size
            for one in tokens
            if one.name == table.name and one.reading.state is not TokenState.REFUSED
        }
        if point.size not in good:
            mark = folder.unstamped(table.name)
            missing.append(
                MissingToken(name=table.name, mark=mark, covered=max(good, default=0))
            )
    return Overview(
        size=point.size,
        tokens=tokens,
        missing=tuple(missing),
        anchors=tuple(anchors(production)),
    )


def anchors(production: Production) -> list[LoggedAnchor]:
    """Anchors in force, in the order of admission."""
    return [
        LoggedAnchor(index=one.index, id=one.id, anchor=one.said.body)
        for one in current_of(production.reader(), "anchor")
        if isinstance(one.said.body, Anchor)
    ]


def anchor_document(
    production: Production, *, at: datetime, with_title: bool = False
) -> dict[str, Any]:
    """The checkpoint sheet's facts, of the newest published checkpoint.

    Args:
        production: an opened production, online.
        at: when the sheet is made.
        with_title: name the production, which the log never does.
    """
    note, point = published_checkpoint(production)
    last = parse_entry(production.reader().entries(point.size - 1, point.size)[0])
    title = production.registry.production.title if with_title else None
    return {
        "v": 1,
        "production": title,
        "log": {
            "origin": point.origin,
            "size": point.size,
            "root": point.root.hex(),
            "newest_at": last.at,
        },
        "checkpoint": note.decode(),
        "checkpoint_sha256": sha256(note).hexdigest(),
        "log_vkey": Verifier(
            name=point.origin, public_key=production.keys.public_key("log")
        ).to_vkey(),
        "made_at": instant_from(at),
        "made_on": (at.astimezone(UTC) + _SEOUL).date().isoformat(),
    }


def record_anchor(production: Production, certified: Certified) -> Receipt | None:
    """Log that somebody outside certified a checkpoint.

    Returns:
        The receipt; `None` if the ledger is out of reach and it waits in the outbox.

    Raises:
        ConsistencyError: the log never had this size and root.
        UsageError: a day on which it cannot have been certified.
    """
    root = _root_at(production, certified)
    _check_day(production, certified)
    receipts = production.recorder.record(
        [_composed(production, certified, root)], "studio"
    )
    return receipts[0] if receipts else None


def _composed(production: Production, certified: Certified, root: str) -> Composed:
    natural: JsonValue = [
        certified.size,
        certified.authority,
        certified.on,
        certified.certificate,
    ]
    return production.recorder.compose(
        Draft(
            log=production.log,
            kind=_KIND,
            key=production.recorder.machine_key(_KIND, natural),
            body={
                "size": certified.size,
                "root": root,
                "authority": certified.authority,
                "on": certified.on,
                "certificate": Secret(certified.certificate),
            },
        )
    )


def _root_at(production: Production, certified: Certified) -> str:
    reader = production.reader()
    if not 1 <= certified.size <= reader.size():
        raise ConsistencyError(
            f"a size of 1 to {reader.size()}, which the log has",
            met=f"{certified.size}",
            advice="Give the size that the certified sheet prints.",
            where="--size",
        )
    leaves = [leaf_hash(raw) for raw in reader.entries(0, certified.size)]
    root = root_of(leaves).hex()
    if certified.root not in (None, root):
        raise ConsistencyError(
            "the root that the log had at this size",
            met="another one",
            advice="Compare size and root with the certified sheet. If they are as "
            "it prints them, the log was rewritten: keep the sheet and run jangbu "
            "fsck.",
            where="--root",
            size=certified.size,
        )
    return root


def _check_day(production: Production, certified: Certified) -> None:
    raw = production.reader().entries(certified.size - 1, certified.size)[0]
    newest = moment_of(parse_entry(raw).at)
    first = as_day((newest - _A_DAY).date().isoformat())
    if certified.on < first:
        raise UsageError(
            f"a day from {first} on, when the log had these entries",
            met=certified.on,
            advice="Give the day of the certificate; if it is right, this machine's "
            "clock was wrong when the entries were admitted.",
            where="--on",
        )
