"""Many reads from one snapshot."""

from collections.abc import Callable
from pathlib import Path

from ledger.encoding.statement import Composed
from ledger.records.identity import Uid
from ledger.vault.vault import Vault


def test_many_reads_share_one_snapshot_and_later_ones_see_what_came_since(
    vault: Vault, generation: Callable[..., Composed], anna: Uid
) -> None:
    first, second = generation(1, anna), generation(2, anna)
    vault.keep(first)
    with vault.reading():
        assert vault.blinds(first.id) == (first.blind, first.by_blind)
        vault.keep(second)  # a writer has a connection of its own
        assert vault.paths(second.id) == ()
    assert vault.paths(second.id) != ()


def test_a_session_lets_its_file_go(
    vault: Vault,
    vault_path: Path,
    generation: Callable[..., Composed],
    anna: Uid,
) -> None:
    vault.keep(generation(1, anna))
    with vault.reading():
        pass
    names = {path.name for path in vault_path.parent.iterdir()}
    assert f"{vault_path.name}-wal" not in names
