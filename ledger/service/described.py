"""What the OpenAPI document says of each call: parameters, bodies and answers."""

from typing import Any, Final

from ledger.remote import wire

_HEX: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_WHOLE: Final = {"type": "integer", "minimum": 0, "maximum": wire.MOST_INDEX}
_TEXT: Final = {"type": "string"}
_BASE64: Final = {"type": "string", "contentEncoding": "base64"}
_RAW: Final = {"type": "string", "format": "binary"}

PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "code", "expected", "advice"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "code": _TEXT,
        "expected": _TEXT,
        "advice": _TEXT,
        "where": _TEXT,
        "met": _TEXT,
        "facts": {"type": "object"},
    },
}
RECEIPT: Final = {
    "type": "object",
    "required": ["id", "index", "leaf", "at", "checkpoint", "new", "inclusion"],
    "properties": {
        "id": _HEX,
        "index": _WHOLE,
        "leaf": _HEX,
        "at": {"type": "string", "format": "date-time"},
        "checkpoint": _TEXT,
        "new": {"type": "boolean"},
        "inclusion": {"type": "array", "items": _HEX},
    },
}
_HASHES: Final = {
    "type": "object",
    "required": ["hashes"],
    "properties": {"hashes": {"type": "array", "items": _HEX}},
}


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON Schema
    return {
        "type": "object",
        "additionalProperties": False,
        "required": sorted(properties),
        "properties": properties,
    }


_STATEMENT: Final = _object(blind=_HEX, by_blind=_HEX, statement=_BASE64)
_REFUSAL: Final = _object(id=_TEXT, problem=PROBLEM)
_ANSWERS: Final = _object(
    answers={
        "type": "array",
        "items": {"oneOf": [_object(receipt=RECEIPT), _object(refusal=_REFUSAL)]},
    }
)
_LEASE: Final = _object(
    work=_HEX, holder=_TEXT, granted={"type": "boolean"}, expires_at=_TEXT
)

# Of each call: media type and schema of its body, media type and schema of its answer,
# parameters of its query, and whether the request itself has to be signed.
_CALLS: Final[dict[str, dict[str, Any]]] = {
    "claim": {
        "body": (wire.JSON, _object(work=_HEX, holder=_TEXT, seconds=_WHOLE)),
        "answer": (wire.JSON, _LEASE),
        "signed": True,
    },
    "put": {
        "path": {"digest": _HEX},
        "body": (wire.BYTES, _RAW),
        "answer": (wire.JSON, _object(digest=_HEX)),
        "signed": True,
    },
    "submit": {
        "body": (
            wire.JSON,
            _object(
                log=_TEXT,
                sheet=_BASE64,
                statements={"type": "array", "items": _STATEMENT},
            ),
        ),
        "answer": (wire.JSON, _ANSWERS),
    },
    "locate": {
        "path": {"kind": _TEXT, "key": _TEXT},
        "answer": (wire.JSON, RECEIPT),
        "signed": True,
    },
    "checkpoint": {"answer": (wire.NOTE, _TEXT)},
    "tile": {"path": {"path": _TEXT}, "answer": (wire.BYTES, _RAW)},
    "entries": {"query": ("start", "end"), "answer": (wire.LINES, _TEXT)},
    "inclusion": {"query": ("index", "size"), "answer": (wire.JSON, _HASHES)},
    "consistency": {"query": ("old", "new"), "answer": (wire.JSON, _HASHES)},
    "health": {"answer": (wire.JSON, _object(live={"type": "boolean"}))},
    "ready": {
        "answer": (
            wire.JSON,
            {
                "type": "object",
                "required": ["log", "read_only", "size"],
                "properties": {
                    "log": _TEXT,
                    "read_only": {"type": "boolean"},
                    "reason": _TEXT,
                    "size": _WHOLE,
                },
            },
        )
    },
}


def described(name: str) -> dict[str, Any]:
    """What FastAPI is told about a route."""
    call = _CALLS[name]
    told: dict[str, Any] = {"parameters": [*_parameters(call)]}
    if "body" in call:
        told["requestBody"] = {"required": True, "content": _content(*call["body"])}
    if call.get("signed"):
        told["security"] = [{"signed": []}]
    return {
        "operation_id": name,
        "response_model": None,
        "openapi_extra": told,
        "responses": {
            200: {"description": "Done", "content": _content(*call["answer"])},
            "default": {
                "description": "A problem (RFC 9457)",
                "content": _content(wire.PROBLEM, PROBLEM),
            },
        },
    }


def _parameters(call: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": place, "required": True, "schema": schema}
        for place, names in (
            ("path", call.get("path", {})),
            ("query", dict.fromkeys(call.get("query", ()), _WHOLE)),
        )
        for name, schema in names.items()
    ]


def _content(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {media_type: {"schema": schema}}
