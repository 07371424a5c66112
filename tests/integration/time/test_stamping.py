"""Stamping the newest checkpoint: what is down is seen, and caught up later."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from ledger.encoding.statement import Draft, Secret
from ledger.errors import CheckpointError, LogError, ProductionError
from ledger.keys.token_check import TokenState, check_token
from ledger.production.anchoring import overview
from ledger.production.opening import Production
from ledger.production.registry import parse_registry
from ledger.production.stamping import (
    StampState,
    published_checkpoint,
    stamp_newest,
    token_folder,
)
from ledger.records.identity import as_uid
from ledger.records.statement import Scope
from ledger.store.tokens import KeptToken, TokenFolder, file_stem
from tests.integration.time.conftest import REGISTRY
from tests.integration.time.test_time_authority import nonce_of
from tests.simulators.time_authority import (
    Authority,
    HonestTime,
    Served,
    authority,
    forge_reply,
    needs_openssl,
    saying,
    served,
)

NAMES = ("first", "second")


class Times:
    """Two authorities on loopback, of which a test can switch one off."""

    def __init__(self, production: Production) -> None:
        self.by: dict[str, Authority] = {name: authority(name) for name in NAMES}
        self.down: set[str] = set()
        self.served: dict[str, Served] = {}
        self._production = production

    def answer(self, name: str) -> Callable[..., bytes | None]:
        def reply(request: bytes, handler: BaseHTTPRequestHandler) -> bytes | None:
            if name in self.down:
                handler.send_error(503)
                return None
            note, _ = published_checkpoint(self._production)
            said = replace(saying(note), nonce=nonce_of(request))
            return forge_reply(said, self.by[name])

        return reply

    def configured(self) -> Production:
        rows = tuple(
            one.model_copy(update={"url": self.served[one.name].url})
            for one in self._production.registry.time_authority
        )
        registry = self._production.registry.model_copy(update={"time_authority": rows})
        return replace(self._production, registry=registry)


@contextmanager
def on_loopback(production: Production) -> Iterator[Times]:
    times = Times(production)
    with ExitStack() as stack:
        for name in NAMES:
            there = stack.enter_context(served(times.answer(name)))
            times.served[name] = there
        yield times


@pytest.fixture
def times(production: Production) -> Iterator[Times]:
    with on_loopback(production) as found:
        yield found


def grow(production: Production) -> int:
    """One more entry, published; the new size."""
    secret = production.recorder.machine_key("element.1", [production.reader().size()])
    production.recorder.record(
        [
            production.recorder.compose(
                Draft(
                    log=production.log,
                    kind="element.1",
                    key=secret,
                    body={"name": Secret(f"element {production.reader().size()}")},
                    scope=Scope(element=as_uid(secret)),
                )
            )
        ],
        "studio",
    )
    return production.reader().size()


def states(production: Production) -> dict[str, str]:
    return {one.name: one.state.value for one in stamp_newest(production).stamps}


def test_each_authority_stamps_the_newest_checkpoint_once(times: Times) -> None:
    production = times.configured()
    first = stamp_newest(production)
    assert first.complete
    assert [one.state for one in first.stamps] == [StampState.STAMPED] * 2
    again = stamp_newest(production)
    assert [one.state for one in again.stamps] == [StampState.KEPT] * 2
    assert [one.at for one in again.stamps] == [one.at for one in first.stamps]
    # Asked once each: a token that is there is not asked for again.
    assert [len(one.asked) for one in times.served.values()] == [1, 1]


def test_a_token_is_kept_as_it_came_beside_what_it_stamps(times: Times) -> None:
    production = times.configured()
    stamping = stamp_newest(production)
    note, point = published_checkpoint(production)
    folder = production.layout.published / "tokens" / f"{point.size:020d}"
    assert stamping.size == point.size
    assert (folder / "checkpoint").read_bytes() == note
    for name in NAMES:
        path = folder / f"{name}.tsr"
        raw = path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600
        reading = check_token(raw, note, [times.by[name].root_pem])
        assert reading.state is TokenState.TRUSTED


def test_one_authority_that_is_down_holds_nobody_up_and_is_seen(times: Times) -> None:
    production = times.configured()
    times.down = {"first"}
    stamping = stamp_newest(production)
    assert not stamping.complete
    bad, good = stamping.stamps
    assert (bad.state, bad.reason) == (StampState.UNSTAMPED, "http")
    assert bad.error is not None
    assert good.state is StampState.STAMPED
    (missing,) = overview(production).missing
    assert (missing.name, missing.covered) == ("first", 0)
    assert missing.mark is not None
    assert (missing.mark.reason, missing.mark.size) == ("http", stamping.size)


def test_what_was_missed_is_caught_up_with_the_newest_checkpoint(
    times: Times,
) -> None:
    production = times.configured()
    times.down = {"first"}
    before = stamp_newest(production).size
    since = overview(production).missing[0].mark
    size = grow(production)
    assert size > before
    assert states(production) == {"first": "unstamped", "second": "stamped"}
    (missing,) = overview(production).missing
    assert since is not None
    assert missing.mark is not None
    # It has been down since the first failure, not since the last.
    assert missing.mark.since == since.since
    assert missing.mark.size == size
    times.down = set()
    assert states(production) == {"first": "stamped", "second": "kept"}
    found = overview(production)
    assert found.missing == ()
    # The older checkpoint has one token; the newer covers its entries for both.
    assert [(one.size, one.name) for one in found.tokens] == [
        (before, "second"),
        (size, "first"),
        (size, "second"),
    ]


def test_a_new_checkpoint_is_unstamped_until_it_is_stamped(times: Times) -> None:
    production = times.configured()
    size = stamp_newest(production).size
    assert overview(production).missing == ()
    grow(production)
    missing = overview(production).missing
    assert [(one.name, one.mark, one.covered) for one in missing] == [
        (name, None, size) for name in NAMES
    ]


def test_a_damaged_token_is_refused_and_asked_for_again(times: Times) -> None:
    production = times.configured()
    size = stamp_newest(production).size
    path = production.layout.published / "tokens" / f"{size:020d}" / "first.tsr"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    refused = overview(production).tokens[0]
    assert refused.reading.state is TokenState.REFUSED
    assert [one.name for one in overview(production).missing] == ["first"]
    assert states(production) == {"first": "stamped", "second": "kept"}


def test_without_authorities_there_is_nothing_to_stamp(production: Production) -> None:
    registry = production.registry.model_copy(update={"time_authority": ()})
    stamping = stamp_newest(replace(production, registry=registry))
    assert stamping.stamps == ()
    assert stamping.complete
    assert not (production.layout.published / "tokens").exists()


def test_a_checkpoint_that_the_log_did_not_sign_is_not_stamped(
    production: Production,
) -> None:
    path = production.layout.published / "checkpoint"
    note = path.read_bytes()
    path.write_bytes(note.replace(b"\n4\n", b"\n3\n"))
    with pytest.raises(CheckpointError):
        stamp_newest(production)
    path.unlink()
    with pytest.raises(LogError):
        stamp_newest(production)


@needs_openssl
def test_a_real_authority_stamps_a_production(
    production: Production, tmp_path: Path
) -> None:
    real = authority("first")
    openssl = HonestTime(tmp_path / "tsa", real)
    with served(lambda asked, _: openssl.reply(asked)) as there:
        row = production.registry.time_authority[0]
        registry = production.registry.model_copy(
            update={"time_authority": (row.model_copy(update={"url": there.url}),)}
        )
        stamping = stamp_newest(replace(production, registry=registry))
    (stamp,) = stamping.stamps
    assert (stamp.state, stamp.reason) == (StampState.STAMPED, "authority-unknown")


def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path) -> None:
    for name in ("../first", "", "First", "a b", "시점", "a" * 65, ".hidden"):
        with pytest.raises(ProductionError):
            file_stem(name)
    folder = TokenFolder(tmp_path)
    with pytest.raises(ProductionError):
        folder.keep(KeptToken(size=1, name="../first", raw=b"", note=b""))
    assert list(tmp_path.iterdir()) == []


def test_a_mark_that_somebody_changed_says_nothing(production: Production) -> None:
    folder = token_folder(production)
    folder.root.mkdir()
    (folder.root / "first.unstamped").write_bytes(b'{"v":1}')
    assert folder.unstamped("first") is None


def test_a_registry_with_such_a_name_is_refused() -> None:
    text = REGISTRY.replace('name = "first"', 'name = "../first"')
    with pytest.raises(ProductionError, match=r"time_authority\.0\.name"):
        parse_registry(text.encode(), "production.toml")
