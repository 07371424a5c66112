"""How reports are written as JSON: UTF-8, two spaces, keys in the order given."""

import json
from collections.abc import Mapping
from typing import Any


def json_text(document: Mapping[str, Any]) -> str:
    """A document as text, with a newline at its end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
