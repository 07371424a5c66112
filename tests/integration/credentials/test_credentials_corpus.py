"""Files of others: our findings agree with c2pa's own, and stores are cut out whole.

The corpus is not part of the repository; where it is absent these tests are skipped.
"""

import io
from pathlib import Path

import c2pa
import pytest

from pipeline.credentials.jumbf import manifest_store_of
from pipeline.credentials.reader import read_credential
from pipeline.credentials.settings import CredentialSettings

TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
}
# Directories in a circle, and boxes a thousand deep: nobody can say what they carry.
HOSTILE = ("tiff_poc.tiff", "nested_moov_1000.mp4")
ROOT = Path(__file__).resolve().parents[3]
FOLDERS = [ROOT / "shared" / "data" / "c2pa", ROOT.parent / "shared" / "data" / "c2pa"]
FILES = sorted(
    path
    for folder in FOLDERS[: 1 + (not FOLDERS[0].is_dir())]
    for path in folder.glob("*")
    if path.suffix.lower() in TYPES and path.name not in HOSTILE
)

pytestmark = pytest.mark.skipif(not FILES, reason="no corpus beside the repository")

EXPECTED = {
    "E-sig-CA.jpg": ("invalid", "claimSignature.mismatch"),
    "XCA.jpg": ("invalid", "assertion.dataHash.mismatch"),
    "C.jpg": ("valid", "signingCredential.untrusted"),
    "CACA.jpg": ("valid", "signingCredential.untrusted"),
}


def media_type(path: Path) -> str:
    return TYPES[path.suffix.lower()]


def state_by_c2pa(path: Path, store: bytes | None) -> str:
    settings = CredentialSettings().rendered("read")
    with c2pa.Context.from_dict(settings) as context:
        try:
            with c2pa.Reader(
                media_type(path), io.BytesIO(path.read_bytes()), store, context=context
            ) as reader:
                return str(reader.get_validation_state()).lower()
        except c2pa.C2paError:
            return "absent"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_finding_is_c2pas(path: Path) -> None:
    reading = read_credential(path.read_bytes(), media_type(path), None)
    assert reading.state == state_by_c2pa(path, None)
    assert reading.frame_assertion is None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_store_that_was_cut_out_reads_as_the_embedded_one(path: Path) -> None:
    store = manifest_store_of(path.read_bytes())
    if store is not None:
        assert state_by_c2pa(path, store) == state_by_c2pa(path, None)


@pytest.mark.parametrize("name", EXPECTED)
def test_tampered_files_are_found_with_their_code(name: str) -> None:
    [path] = [path for path in FILES if path.name == name]
    reading = read_credential(path.read_bytes(), media_type(path), None)
    state, code = EXPECTED[name]
    assert reading.state == state
    assert code in reading.codes


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_was_built_to_mislead_is_a_finding(name: str) -> None:
    path = FILES[0].with_name(name)
    state = read_credential(path.read_bytes(), media_type(path), None).state
    assert state in {"invalid", "absent"}
