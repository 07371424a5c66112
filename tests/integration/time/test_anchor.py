"""`jangbu anchor`: the sheet, the record of its certificate, and what is shown."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest

from ledger.encoding.entry import parse_entry
from ledger.errors import ConsistencyError, UsageError
from ledger.log.checkpoint import open_checkpoint
from ledger.log.note import Verifier
from ledger.log.tree import leaf_hash, root_of
from ledger.production.anchoring import (
    Certified,
    anchor_document,
    anchors,
    overview,
    record_anchor,
)
from ledger.production.opening import Production, opened
from ledger.production.stamping import published_checkpoint, token_folder
from ledger.records.identity import as_day
from ledger.reports.anchor_sheet import anchor_sheet
from ledger.reports.fonts import read_fonts
from ledger.reports.typesetting import typeset
from ledger.store.tokens import KeptToken
from tests.simulators.command_line import document, jangbu
from tests.simulators.time_authority import authority, forge_reply, saying

TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(b"%PDF-1.7 a scan of the certified sheet")
    return path


def text_of(pdf: Path) -> tuple[int, str]:
    with pypdfium2.PdfDocument(pdf) as read:
        pages = [one.get_textpage().get_text_bounded() for one in read]
    return len(pages), "".join(pages)


def test_the_sheet_is_one_page_that_says_what_the_log_was(
    root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "sheet.pdf"
    done = jangbu("anchor", "export", root, "-o", out, "--json")
    assert done.returncode == 0, done.stderr
    pages, text = text_of(out)
    assert pages == 1
    with opened(root) as production:
        reader = production.reader()
        entries = reader.entries(0, reader.size())
        expected = root_of([leaf_hash(raw) for raw in entries]).hex()
        title = production.registry.production.title
        key = production.keys.public_key("log")
    squeezed = "".join(text.split())
    assert expected in squeezed
    assert parse_entry(entries[-1]).at[:10] in text
    assert title not in text
    beside = json.loads(out.with_suffix(".json").read_bytes())
    note = beside["checkpoint"].encode()
    origin = beside["log"]["origin"]
    verifier = Verifier(name=origin, public_key=key)
    point = open_checkpoint(note, [verifier], origin)
    assert (point.size, point.root.hex()) == (len(entries), expected)
    assert beside["checkpoint_sha256"] == sha256(note).hexdigest()
    assert beside["checkpoint_sha256"] in squeezed
    assert beside["log_vkey"] == verifier.to_vkey()
    assert document(done)["log"]["root"] == expected
    assert title not in done.stdout


def test_the_title_stands_on_the_sheet_only_if_asked(
    production: Production, tmp_path: Path
) -> None:
    out = tmp_path / "sheet.pdf"
    made = anchor_document(production, at=datetime.now(UTC), with_title=True)
    out.write_bytes(typeset(anchor_sheet(made), read_fonts()))
    assert "The Room (fictional) / 방 (가상)" in text_of(out)[1]


def test_a_long_title_still_fits_the_page(
    production: Production, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    made = anchor_document(production, at=now)
    made["production"] = "방 안의 코끼리와 그 밖의 이야기 " * 11
    made["log"]["size"] = 2**62
    out = tmp_path / "long.pdf"
    out.write_bytes(typeset(anchor_sheet(made), read_fonts()))
    assert text_of(out)[0] == 1


def test_a_certificate_is_logged_by_its_digest_alone(root: Path, paper: Path) -> None:
    with opened(root) as production:
        _, point = published_checkpoint(production)
    call = (
        *("anchor", "record", root, "--size", point.size, "--authority", "notary"),
        *("--on", TODAY, "--certificate", paper),
        *("--root", point.root.hex().upper(), "--json"),
    )
    done = jangbu(*call)
    assert done.returncode == 0, done.stderr
    assert document(done) == {"index": point.size, "size": point.size, "new": True}
    digest = sha256(paper.read_bytes()).hexdigest()
    with opened(root) as production:
        (one,) = anchors(production)
        assert one.anchor.root == point.root.hex()
        assert (one.anchor.authority, one.anchor.on) == ("notary", TODAY)
        # The digest is committed: it stands in the vault, and in no entry.
        assert production.vault.open(one.id, "/body/certificate").value == digest
        reader = production.reader()
        entries = b"".join(reader.entries(0, reader.size()))
        (stored,) = reader.statements(one.index, one.index + 1)
        assert digest.encode() not in entries + stored.raw
        size = reader.size()
    # The same certificate again is the same statement.
    again = jangbu(*call)
    assert document(again) == {"index": point.size, "size": point.size, "new": False}
    shown = document(jangbu("anchor", "show", root, "--json"))
    assert shown["size"] == size
    assert [row["index"] for row in shown["anchors"]] == [point.size]
    assert digest not in json.dumps(shown)


@pytest.mark.parametrize("size", [0, -1, 10**9])
def test_a_size_that_the_log_never_had_is_refused(
    production: Production, size: int
) -> None:
    with pytest.raises(ConsistencyError):
        record_anchor(production, certified(size=size))
    assert anchors(production) == []


def test_a_root_that_the_log_never_had_is_refused(root: Path, paper: Path) -> None:
    done = jangbu(
        *("anchor", "record", root, "--size", 2, "--authority", "other"),
        *("--on", TODAY, "--certificate", paper, "--root", "00" * 32, "--json"),
    )
    assert done.returncode == 5
    assert document(done)["error"]["code"] == "log.consistency"
    with opened(root) as production:
        assert anchors(production) == []


def test_a_certificate_older_than_the_entries_is_refused(
    production: Production,
) -> None:
    with pytest.raises(UsageError):
        record_anchor(production, certified(on="2020-01-01"))


def test_each_certificate_of_one_checkpoint_is_an_anchor_of_its_own(
    production: Production,
) -> None:
    for digest in ("0a" * 32, "0b" * 32):
        record_anchor(production, certified(certificate=digest))
    assert [one.anchor.size for one in anchors(production)] == [2, 2]


def certified(
    size: int = 2, on: str = TODAY, certificate: str = "0c" * 32
) -> Certified:
    return Certified(
        size=size, authority="notary", on=as_day(on), certificate=certificate
    )


def test_an_empty_certificate_is_unreadable(root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    done = jangbu(
        *("anchor", "record", root, "--size", 1, "--authority", "other"),
        *("--on", TODAY, "--certificate", tmp_path / "empty"),
    )
    assert done.returncode == 4


def test_what_is_unstamped_is_shown_with_its_reason(root: Path) -> None:
    done = jangbu("anchor", "show", root, "--json")
    assert done.returncode == 3
    assert [row["name"] for row in document(done)["unstamped"]] == ["first", "second"]
    assert "unstamped by first: not asked yet" in done.stderr


def test_a_certificate_that_expires_soon_or_did_is_told(root: Path) -> None:
    now = datetime.now(UTC)
    soon = authority("soon", until=now + timedelta(days=30))
    gone = authority(
        "gone", since=now - timedelta(days=3), until=now - timedelta(days=1)
    )
    with opened(root) as production:
        note, point = published_checkpoint(production)
        folder = token_folder(production)
        old = saying(note).at - timedelta(days=2)
        for name, by, said in (
            ("first", soon, saying(note)),
            ("second", gone, replace(saying(note), at=old)),
        ):
            raw = forge_reply(said, by)
            folder.keep(KeptToken(size=point.size, name=name, raw=raw, note=note))
        assert overview(production).missing == ()
    done = jangbu("anchor", "show", root, "--json")
    assert done.returncode == 0
    assert "renew it before" in done.stderr
    assert "its certificate expired on" in done.stderr
    rows = {row["name"]: row for row in document(done)["tokens"]}
    assert [rows[name]["expired"] for name in ("first", "second")] == [False, True]
