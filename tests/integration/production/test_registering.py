"""What a party may state follows production.toml: keys, delegations, Latin names."""

from pathlib import Path

import pytest

from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import Draft, Secret
from ledger.errors import MissingKeyError, NotPermittedError, ProductionError
from ledger.history.authority import Authority
from ledger.keys.folder import party_key
from ledger.production.blinding import erasable_key
from ledger.production.current import current_of
from ledger.production.current import opened as value_of
from ledger.production.delegating import PIPELINE_GRANTS
from ledger.production.erasing import erase_person
from ledger.production.opening import Production, opened
from ledger.production.registering import refuse_unregistered, register
from ledger.production.registry import (
    PartyTable,
    read_registry,
    uid_of,
    write_registry,
)
from ledger.records.authority import Delegation
from ledger.records.statement import Scope


def party(production: Production, handle: str) -> PartyTable:
    return production.registry.party_called(handle)


def change(root: Path, handle: str, **update: object) -> None:
    """What a person does to a row of production.toml."""
    path = root / "production.toml"
    registry = read_registry(path)
    rows = tuple(
        one.model_copy(update=update) if one.handle == handle else one
        for one in registry.party
    )
    write_registry(path, registry.model_copy(update={"party": rows}))


def granted(production: Production, handle: str) -> dict[str, set[str]]:
    name = party_key(uid_of(party(production, handle)))
    key_id = key_id_of(production.keys.public_key(name))
    return {
        grant.kind: set(grant.verbs)
        for one in current_of(production.reader(), "delegation")
        if isinstance(one.said.body, Delegation) and one.said.body.key_id == key_id
        for grant in one.said.body.grants
    }


def contribution(production: Production, key: str = "c0" * 16) -> Draft:
    painter = party(production, "painter")
    own = erasable_key(production.keys, painter)
    return Draft(
        log=production.log,
        kind="contribution.1",
        key=key,
        at="2026-02-01T10:00:00.000000Z",
        scope=Scope.model_validate({"shot": production.registry.shot[0].uid}),
        body={
            "route": "edit",
            "act": "paint",
            "party": Secret(str(painter.uid), of=own),
            "note": Secret("뒷벽을 밝게", of=own),
            "before": [],
            "after": [],
        },
    )


def sign_by(production: Production, handle: str, draft: Draft) -> int:
    composed = production.recorder.compose(draft)
    name = party_key(uid_of(party(production, handle)))
    return len(production.recorder.record([composed], name))


def test_registering_again_states_nothing(production: Production) -> None:
    before = production.reader().size()
    assert register(production) == 0
    assert register(production) == 0
    assert production.reader().size() == before
    refuse_unregistered(production)


def test_a_party_states_what_it_may_and_nothing_else(production: Production) -> None:
    assert sign_by(production, "painter", contribution(production)) == 1
    with pytest.raises(NotPermittedError):
        sign_by(production, "assessor", contribution(production, "c1" * 16))


def test_no_party_may_replace_what_others_said(production: Production) -> None:
    assert granted(production, "painter") == {
        "contribution": {"state", "correct", "withdraw", "dispute"}
    }


def test_who_may_nothing_has_no_key(production: Production) -> None:
    other = production.registry.party_called("박세찬 (가공인물)")
    name = party_key(uid_of(other))
    assert not production.keys.has_signing_key(name)
    assert name not in production.recorder.signers
    with pytest.raises(MissingKeyError) as refused:
        _ = production.recorder.signers[name]
    assert uid_of(other) not in str(refused.value.public())


def test_keys_that_sign_no_statements_are_no_signers(production: Production) -> None:
    signers = production.recorder.signers
    assert {"studio", "pipeline"} < set(signers)
    assert len(signers) == 4
    for name in ("log", "recovery"):
        assert name not in signers
        with pytest.raises(MissingKeyError):
            _ = signers[name]


def test_what_a_party_may_is_changed_ended_and_given_again(root: Path) -> None:
    for kinds in (
        ("contribution", "opinion"),
        (),
        ("contribution", "opinion"),
        ("contribution",),
    ):
        change(root, "painter", may=kinds)
        with opened(root) as production:
            with pytest.raises(ProductionError):
                refuse_unregistered(production)
            assert register(production) == 1
            assert set(granted(production, "painter")) == set(kinds)
            assert register(production) == 0
            refuse_unregistered(production)


def test_whose_a_key_is_stands_under_the_persons_own_key(
    production: Production,
) -> None:
    painter = party(production, "painter")
    name = party_key(uid_of(painter))
    key_id = key_id_of(production.keys.public_key(name))
    (delegation,) = [
        one
        for one in current_of(production.reader(), "delegation")
        if isinstance(one.said.body, Delegation) and one.said.body.key_id == key_id
    ]
    vault = production.vault
    assert value_of(vault, delegation.id, "/body/party") == painter.uid
    erase_person(production, str(painter.uid), "pipa-36")
    assert value_of(vault, delegation.id, "/body/party") is None
    assert vault.blinds(delegation.id)
    assert not production.keys.has_signing_key(name)


def test_a_log_whose_pipeline_may_less_is_brought_up_to_date(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = [grant for grant in PIPELINE_GRANTS if grant["kind"] != "cut"]
    with opened(root) as production:
        monkeypatch.setattr("ledger.production.delegating.PIPELINE_GRANTS", fewer)
        assert register(production) == 1
        monkeypatch.undo()
        assert register(production) == 1
        authority = Authority()
        for one in current_of(production.reader(), "genesis", "key", "delegation"):
            authority = authority.advance(one.id, one.said, one.index)
        key_id = key_id_of(production.keys.public_key("pipeline"))
        assert authority.permits(key_id, "cut.1", "supersede")
        assert authority.permits(key_id, "change.1", None)
        assert not authority.permits(key_id, "change.1", "supersede")


def test_a_name_in_latin_letters_is_stated_when_it_is_given(root: Path) -> None:
    change(root, "assessor", latin="Yi Duri")
    with opened(root) as production:
        assert register(production) == 1
        assert register(production) == 0
        found = {
            value_of(production.vault, one.id, "/body/latin")
            for one in current_of(production.reader(), "party")
            if "latin" in one.said.statement.body
        }
    assert found == {"Yi Duri", "Kim Hana (fictional)"}
    change(root, "assessor", latin=None)
    with opened(root) as production:
        assert register(production) == 1
        assert register(production) == 0
