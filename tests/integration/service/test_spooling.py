"""With the ledger out of reach work goes on, and everything arrives once it is back."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.encoding.statement import Draft
from ledger.errors import (
    ConflictingRecordError,
    RecordError,
    StoreUnavailableError,
    UnknownReferenceError,
)
from ledger.log.leaves import encode_leaves
from ledger.ports import Refusal
from ledger.production.opening import Production, opened
from ledger.production.reach import LONG, REST, Reach
from ledger.records.identity import as_digest, as_token
from ledger.records.making import AssetLeaf
from ledger.vault.vault import Vault
from tests.simulators.command_line import document, jangbu
from tests.simulators.distant_machine import Away

# --- away and back -------------------------------------------------------------------


def test_what_was_stated_while_it_was_away_arrives_once_and_in_order(
    away: Away,
) -> None:
    away.start()
    assert len(away.state(1)) == 1
    away.stop()
    before = away.size()
    for number in (2, 3, 4):
        assert away.state(number) == []
    assert away.recorder.claim("cc" * 32, "me", 60).granted
    assert away.recorder.locate("element.1", f"{1:032x}") is None
    with pytest.raises(StoreUnavailableError):
        away.recorder.flush()
    assert away.recorder.outbox.waiting().parcels == 3
    assert away.size() == before
    away.start()
    assert away.recorder.flush() == []
    assert away.recorder.flush() == []
    assert away.recorder.outbox.waiting().parcels == 0
    assert away.names() == ["01", "02", "03", "04"]


def test_the_next_statement_takes_along_what_waits(away: Away) -> None:
    away.state(1)
    away.state(2)
    away.start()
    (receipt,) = away.state(3)
    assert receipt.new
    assert away.names() == ["01", "02", "03"]
    assert away.recorder.outbox.waiting().parcels == 0


def test_an_answer_that_was_lost_is_asked_for_again(away: Away) -> None:
    away.state(1)
    ((_, parcel),) = away.recorder.outbox.pending()
    # As if the service had admitted it, and the connection had gone before it answered.
    away.production.online().submit(parcel.sheet, parcel.statements)
    away.start()
    assert away.recorder.flush() == []
    assert away.names() == ["01"]


def test_a_refused_parcel_stands_in_nobodys_way(away: Away, tmp_path: Path) -> None:
    away.production.recorder.record([away.statement(1, "of the studio")], "studio")
    # A vault of its own: of two values under one key, one vault takes the first.
    vault = Vault.create(tmp_path / "vault.sqlite", away.recorder.keys.blinding_key)
    recorder = replace(away.recorder, vault=vault)
    rival = away.statement(1, "of the machine")
    recorder.record([rival], "studio")
    away.state(2)
    # It relies on the refused one, so that it is refused as well.
    away.state(3, prev=(rival.id,))
    away.state(4)
    away.start()
    refused = away.recorder.flush()
    assert [type(one) for one in refused] == [
        ConflictingRecordError,
        UnknownReferenceError,
    ]
    assert away.names() == ["01", "02", "04"]
    waiting = away.recorder.outbox.waiting()
    assert (waiting.parcels, len(waiting.refused)) == (0, 2)
    assert waiting.refused[0].reasons[0]["code"] == "record.conflict"  # type: ignore[index, call-overload]
    assert "machine" not in json.dumps(waiting.refused[0].reasons)


def test_a_refused_parcel_can_be_sent_again_when_its_reason_is_gone(away: Away) -> None:
    first, second = away.statement(1), away.statement(2)
    late = away.statement(2, prev=(first.id,))
    assert late.id != second.id
    away.start()
    with pytest.raises(UnknownReferenceError):
        away.recorder.record([late], "studio")
    away.recorder.record([first], "studio")
    assert away.recorder.outbox.line_up() == 1
    assert away.recorder.flush() == []
    assert away.names() == ["01", "02"]


def test_blobs_that_were_put_while_it_was_away_come_along(away: Away) -> None:
    leaf = AssetLeaf(
        index=0,
        file=as_digest("ab" * 32),
        size=1,
        type=as_token("image/png"),
        width=1,
        height=1,
    )
    blob = encode_leaves([leaf])
    digest = away.recorder.put(blob.raw)
    asset = away.recorder.compose(
        Draft(
            log=away.production.log,
            kind="asset.1",
            key="a5" * 16,
            body={"files": blob.stated},
        )
    )
    away.recorder.record([asset], "pipeline")
    away.start()
    assert away.recorder.flush() == []
    assert away.production.blobs.read(digest) == blob.raw


# --- a ledger that makes everybody wait ----------------------------------------------


def test_a_ledger_that_was_waited_for_in_vain_is_left_alone_for_a_while() -> None:
    now = [0.0]
    reach = Reach(lambda: now[0])
    reach.waited(0.0)
    assert reach.worth_asking()  # it refused at once
    now[0] = LONG
    reach.waited(0.0)
    assert not reach.worth_asking()
    now[0] += REST
    assert reach.worth_asking()
    reach.waited(0.0)
    reach.answered()
    assert reach.worth_asking()


# --- the command ---------------------------------------------------------------------


def test_the_command_shows_and_sends_what_waits(away: Away) -> None:
    root = away.production.layout.root
    with opened(root, offline=True) as offline:
        for number in (1, 2):
            offline.recorder.record([away.statement(number)], "studio")
        with pytest.raises(RecordError):
            _refuse(offline, away)
    shown = jangbu("spool", root, "--json")
    told = document(shown)
    assert (shown.returncode, told["waiting"], told["refused"]) == (0, 2, 1)
    assert told["bytes"] > 0
    assert told["oldest"].endswith("Z")
    assert told["reasons"][0]["refusals"][0]["code"] == "record.conflict"
    assert "record.conflict" in shown.stderr
    sent = jangbu("spool", root, "--send", "--json")
    told = document(sent)
    assert (sent.returncode, told["waiting"], told["bytes"]) == (0, 0, 0)
    assert "2 parcels were submitted" in sent.stderr
    assert away.names() == ["01", "02"]


def _refuse(offline: Production, away: Away) -> None:
    path = offline.recorder.outbox.add(
        offline.recorder.parcel([away.statement(3)], "studio")
    )
    error = ConflictingRecordError("one", met="two", advice="Look.")
    offline.recorder.outbox.refused(path, [Refusal(id="", error=error)])
    raise error
