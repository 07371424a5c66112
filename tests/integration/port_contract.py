"""What every form of `ledger.ports.Port` promises, in process or over a wire.

A test module subclasses `PortContract` and gives it a fixture `port` that reaches the
log of the fixture `ledger_studio`, which here only composes and signs.
"""

import pytest

from ledger.encoding.digest import sha256_hex
from ledger.errors import JangbuError
from ledger.log.checkpoint import open_checkpoint
from ledger.log.note import Verifier
from ledger.ports import Port, Receipt, Refusal
from tests.simulators.ledger_studio import LedgerStudio, submission_of

WORK = "cc" * 32


class PortContract:
    """The four calls: `claim`, `put`, `submit`, `locate`."""

    def test_it_is_a_port(self, port: Port) -> None:
        assert isinstance(port, Port)

    # --- submit ----------------------------------------------------------------------

    def test_a_receipt_stands_for_an_entry_under_its_checkpoint(
        self, port: Port, ledger_studio: LedgerStudio
    ) -> None:
        one, two = ledger_studio.element(1), ledger_studio.element(2)
        answers = ledger_studio.submit(one, two, port=port)
        receipts = [answer for answer in answers if isinstance(answer, Receipt)]
        assert [receipt.id for receipt in receipts] == [one.id, two.id]
        assert [receipt.index for receipt in receipts] == [5, 6]
        for receipt in receipts:
            assert receipt.new
            assert len(bytes.fromhex(receipt.leaf)) == 32
            point = open_checkpoint(
                receipt.checkpoint.encode(),
                [Verifier.of(ledger_studio.origin, ledger_studio.signer("log"))],
                ledger_studio.origin,
            )
            assert point.size > receipt.index

    def test_a_retry_gets_the_first_receipt(
        self, port: Port, ledger_studio: LedgerStudio
    ) -> None:
        element = ledger_studio.element(1)
        (first,) = ledger_studio.submit(element, port=port)
        ledger_studio.clock.forward(60)
        (again,) = ledger_studio.submit(element, by="pipeline", port=port)
        assert isinstance(first, Receipt)
        assert isinstance(again, Receipt)
        assert (first.new, again.new) == (True, False)
        assert (again.id, again.index, again.leaf, again.at) == (
            first.id,
            first.index,
            first.leaf,
            first.at,
        )

    def test_there_is_one_answer_for_each_statement_in_their_order(
        self, port: Port, ledger_studio: LedgerStudio
    ) -> None:
        good, late = ledger_studio.element(1), ledger_studio.element(3)
        lost = ledger_studio.element(2, prev=["ab" * 32])
        first, second, third = ledger_studio.submit(good, lost, late, port=port)
        assert isinstance(first, Receipt)
        assert isinstance(second, Refusal)
        assert isinstance(third, Receipt)
        assert second.id == lost.id
        assert (first.index, third.index) == (5, 6)

    def test_a_refusal_is_an_answer_with_a_public_reason(
        self, port: Port, ledger_studio: LedgerStudio
    ) -> None:
        ledger_studio.submit(ledger_studio.element(1, "괴물"), port=port)
        rival = ledger_studio.element(1, "괴수")
        (refusal,) = ledger_studio.submit(rival, port=port)
        assert isinstance(refusal, Refusal)
        assert isinstance(refusal.error, JangbuError)
        reason = refusal.error.public()
        assert reason["code"] == "record.conflict"
        assert "괴" not in str(reason)

    @pytest.mark.parametrize("sheet", [b"", b"\xff", b"{}", b"[" * 10_000])
    def test_a_sheet_that_is_none_refuses_every_statement(
        self, port: Port, ledger_studio: LedgerStudio, sheet: bytes
    ) -> None:
        statements = [submission_of(ledger_studio.element(number)) for number in (1, 2)]
        answers = port.submit(sheet, statements)
        assert [type(answer) for answer in answers] == [Refusal, Refusal]

    def test_an_empty_submission_has_no_answers(
        self, port: Port, ledger_studio: LedgerStudio
    ) -> None:
        assert port.submit(ledger_studio.sheet(["ab" * 32]), []) == []

    # --- locate ----------------------------------------------------------------------

    def test_a_statement_is_located_by_kind_and_key(
        self, port: Port, ledger_studio: LedgerStudio
    ) -> None:
        element = ledger_studio.element(1)
        assert port.locate(element.kind, element.key) is None
        (receipt,) = ledger_studio.submit(element, port=port)
        located = port.locate(element.kind, element.key)
        assert isinstance(receipt, Receipt)
        assert located is not None
        assert (located.index, located.leaf, located.new) == (
            receipt.index,
            receipt.leaf,
            False,
        )
        assert port.locate("shot.1", element.key) is None
        assert port.locate(element.kind, "ff" * 16) is None

    def test_a_refused_statement_is_not_located(
        self, port: Port, ledger_studio: LedgerStudio
    ) -> None:
        lost = ledger_studio.element(2, prev=["ab" * 32])
        ledger_studio.submit(lost, port=port)
        assert port.locate(lost.kind, lost.key) is None

    @pytest.mark.parametrize("text", ["", "'; DROP TABLE entry; --", "\0", "x" * 9999])
    def test_odd_names_are_simply_not_there(self, port: Port, text: str) -> None:
        assert port.locate(text, text) is None

    # --- put -------------------------------------------------------------------------

    @pytest.mark.parametrize("content", [b"", b"\0" * 100, bytes(range(256)) * 5000])
    def test_bytes_are_kept_under_their_digest_however_often(
        self, port: Port, ledger_studio: LedgerStudio, content: bytes
    ) -> None:
        for _ in range(2):
            assert port.put(content) == sha256_hex(content)
        assert ledger_studio.blobs.read(sha256_hex(content)) == content

    # --- claim -----------------------------------------------------------------------

    def test_one_holder_at_a_time_has_a_piece_of_work(
        self, port: Port, ledger_studio: LedgerStudio
    ) -> None:
        first = port.claim(WORK, "first", 60)
        assert (first.work, first.holder, first.granted) == (WORK, "first", True)
        second = port.claim(WORK, "second", 60)
        assert (second.holder, second.granted) == ("first", False)
        assert port.claim("dd" * 32, "second", 60).granted
        ledger_studio.clock.forward(61)
        assert port.claim(WORK, "second", 60).granted

    def test_a_lease_is_renewed_and_given_back(self, port: Port) -> None:
        port.claim(WORK, "first", 60)
        assert port.claim(WORK, "first", 90).granted
        assert not port.claim(WORK, "first", 0).granted
        assert port.claim(WORK, "second", 60).granted

    def test_work_is_done_without_a_lease_as_well(
        self, port: Port, ledger_studio: LedgerStudio
    ) -> None:
        port.claim(WORK, "somebody else", 60)
        (answer,) = ledger_studio.submit(ledger_studio.element(1), port=port)
        assert isinstance(answer, Receipt)

    @pytest.mark.parametrize(
        ("work", "seconds"), [("cc", 60), (WORK, -1), (WORK, 10**12)]
    )
    def test_a_claim_of_another_form_is_refused(
        self, port: Port, work: str, seconds: int
    ) -> None:
        with pytest.raises(JangbuError):
            port.claim(work, "first", seconds)
