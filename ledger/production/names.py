"""What people may write for a name or a handle in `production.toml`."""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

from ledger.records.visible import is_visible, unseen

_LONGEST: Final = 200
_UID: Final = re.compile("[0-9a-f]{32}")


def _checked_name(text: str) -> str:
    if not text.strip() or len(text) > _LONGEST:
        raise ValueError(f"a name of 1 to {_LONGEST} characters is expected")
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("a name in Unicode NFC is expected (the text is decomposed)")
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in text):
        raise ValueError("a name without control characters is expected")
    if hidden := unseen(text):
        raise ValueError(f"a name without unseen characters is expected, not {hidden}")
    if not is_visible(text):
        raise ValueError("a name with at least one visible character is expected")
    return text


def _checked_handle(text: str) -> str:
    # Else one reference could mean two parties.
    if _UID.fullmatch(text):
        raise ValueError("a handle that does not look like a uid")
    return text


Name = Annotated[str, AfterValidator(_checked_name)]
Handle = Annotated[
    str,
    StringConstraints(pattern=r"\A(?:[a-z0-9-]{1,40})\z"),
    AfterValidator(_checked_handle),
]
