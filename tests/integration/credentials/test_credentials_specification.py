"""The sample bytes in docs/specs/manifest.md are those that the code writes."""

import re
from pathlib import Path

import pytest

from ledger.encoding.canonical import encode
from ledger.encoding.digest import sha256_hex
from pipeline.credentials.manifest import (
    WITHHELD,
    FrameCredential,
    frame_assertion,
    run_stub,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "specs" / "manifest.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text("utf-8")


def sample(page: str, name: str) -> bytes:
    [found] = re.findall(rf"^```[a-z]+ {name}\n(.*)\n```$", page, re.MULTILINE)
    return str(found).encode()


def test_the_sample_assertion(page: str, credential: FrameCredential) -> None:
    assert sample(page, "assertion") == encode(frame_assertion(credential))


def test_the_sample_stub_and_its_digest(page: str, credential: FrameCredential) -> None:
    stub = run_stub(credential.log, credential.run)
    assert sample(page, "stub") == stub
    assert sample(page, "stub-sha256").decode() == sha256_hex(stub)


def test_the_reason_for_withholding_is_quoted(page: str) -> None:
    assert f"> {WITHHELD}\n" in page
