"""Disposing: the log says it first, holds win, and fsck tells the difference."""

from pathlib import Path

import pytest

from ledger.encoding.statement import check
from ledger.errors import (
    HeldEvidenceError,
    StoreUnavailableError,
    UnknownReferenceError,
    UsageError,
)
from ledger.production.current import disposed_in
from ledger.production.disposing import dispose
from ledger.production.film import read_film
from ledger.production.holding import Wish, place_hold, release_hold
from ledger.production.opening import Production, opened
from ledger.records.making import Asset
from ledger.records.time import FrameRange
from tests.integration.privacy.in_process import jangbu
from tests.integration.production.test_erasing_parts import found_by_fsck
from tests.simulators.film_studio import RATE, FilmStudio, digest_of

SPAN = FrameRange.between(0, 2, RATE)


@pytest.fixture
def studio(production: Production) -> FilmStudio:
    return FilmStudio(production)


def codes(production: Production) -> set[str]:
    return {one.code.value for one in found_by_fsck(production)}


def blob_of(production: Production, asset: str) -> str:
    reader = production.reader()
    for one in reader.statements(0, reader.size()):
        body = check(one.raw).body
        if one.id == asset and isinstance(body, Asset):
            return body.files.blob
    raise AssertionError(asset)


def test_a_blob_goes_after_the_log_says_so(studio: FilmStudio) -> None:
    production = studio.production
    blob = blob_of(production, studio.asset("plate"))
    done = dispose(production, [blob], "retention-ended")
    assert (done.named, done.removed) == (1, 1)
    assert disposed_in(production.reader()) == {blob}
    assert codes(production) == set()
    # Run again it finds nothing left to do, and states nothing.
    again = dispose(production, [blob], "retention-ended")
    assert (again.id, again.removed) == ("", 0)


def test_a_blob_that_somebody_deleted_is_missing(studio: FilmStudio) -> None:
    production = studio.production
    blob = blob_of(production, studio.asset("plate"))
    production.blobs.destroy(blob)
    assert codes(production) == {"blob.missing"}


def test_a_blob_that_comes_back_is_named_until_it_is_disposed_of_again(
    studio: FilmStudio,
) -> None:
    production = studio.production
    blob = blob_of(production, studio.asset("plate"))
    kept = production.blobs.read(blob)
    dispose(production, [blob], "retention-ended")
    production.blobs.put(kept)
    assert codes(production) == {"disposition.undone"}
    assert dispose(production, [blob], "retention-ended").removed == 1
    assert codes(production) == set()


def test_interrupted_before_the_blob_is_gone_it_is_finished_by_the_next(
    studio: FilmStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    production = studio.production
    blob = blob_of(production, studio.asset("plate"))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(production.blobs), "destroy", killed)
        with pytest.raises(KeyboardInterrupt):
            dispose(production, [blob], "retention-ended")
    size = production.reader().size()
    assert dispose(production, [blob], "retention-ended").removed == 1
    assert production.reader().size() == size


def test_nothing_is_removed_that_could_not_be_logged(
    studio: FilmStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    production = studio.production
    blob = blob_of(production, studio.asset("plate"))

    def unreachable(*_: object) -> None:
        raise StoreUnavailableError("a ledger", met="none", advice="Wait.")

    monkeypatch.setattr(type(production.online()), "submit", unreachable)
    with pytest.raises(StoreUnavailableError):
        dispose(production, [blob], "retention-ended")
    assert production.blobs.read(blob)


def test_what_the_log_never_heard_of_is_refused(studio: FilmStudio) -> None:
    with pytest.raises(UnknownReferenceError):
        dispose(studio.production, ["ab" * 32], "retention-ended")
    with pytest.raises(UsageError):
        dispose(studio.production, [], "retention-ended")


def test_a_hold_on_a_shot_keeps_what_the_shot_rests_on(studio: FilmStudio) -> None:
    production = studio.production
    asset, other = studio.asset("plate"), studio.asset("other")
    studio.run(studio.shot("SQ010_0040"), SPAN, asset)
    hold = place_hold(production, Wish(basis="litigation", shot="SQ010_0040"))
    size = production.reader().size()
    for digest in (blob_of(production, asset), digest_of("plate", 0)):
        with pytest.raises(HeldEvidenceError) as refused:
            dispose(production, [digest], "retention-ended")
        assert refused.value.exit_code == 6
    assert production.reader().size() == size
    assert dispose(production, [blob_of(production, other)], "retention-ended").removed
    release_hold(production, hold)
    assert dispose(production, [blob_of(production, asset)], "retention-ended").removed


def test_a_film_is_read_without_what_was_disposed_of(studio: FilmStudio) -> None:
    production = studio.production
    asset, other = studio.asset("plate"), studio.asset("other")
    dispose(production, [blob_of(production, asset)], "retention-ended")
    film = read_film(production)
    assert set(film.assets) == {other}
    assert film.erased == ("asset.1",)


def test_the_command_names_a_file_by_its_bytes(root: Path, tmp_path: Path) -> None:
    with opened(root) as production:
        studio = FilmStudio(production)
        blob = blob_of(production, studio.asset("plate"))
        file = tmp_path / "leaves"
        file.write_bytes(production.blobs.read(blob))
    basis = ("--basis", "retention-ended")
    code, told = jangbu("dispose", str(root), "--file", str(file), *basis)
    assert (code, told["named"], told["removed"]) == (0, 1, 1)
    with opened(root) as production:
        assert disposed_in(production.reader()) == {blob}
    assert jangbu("dispose", str(root), "--file", str(tmp_path), *basis)[0] == 4
