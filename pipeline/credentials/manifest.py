"""What a sealed frame says of itself: plain data in, a manifest definition out.

A manifest names the run, the cell and the frame in the ledger, and what kind of
source each layer came from. It says nothing else: no person, prompt, file name or
element name, and nothing that is copied out of a source. The definition is a pure
function of its `FrameCredential`; only signing adds what differs each time.

docs/specs/manifest.md is the specification, with sample bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from ledger.encoding.canonical import JsonValue, encode
from ledger.encoding.digest import sha256
from ledger.records.identity import (
    Digest,
    Origin,
    StatementId,
    Token,
    Uid,
    as_digest,
    as_origin,
    as_statement_id,
    as_token,
    as_uid,
)
from ledger.records.integers import as_integer
from ledger.records.making import SourceType
from pipeline.errors import ManifestRefusedError

Definition: TypeAlias = dict[str, Any]
Incoming: TypeAlias = Literal["none", "withheld"]

FRAME_LABEL: Final = "kr.jangbu.frame"
SPEC_VERSION: Final = "2.4.0"
MOST_LAYERS: Final = 256

WITHHELD: Final = (
    "The source carried a manifest of its own. It is withheld, because it may hold "
    "names, prompts or file names; the signer keeps it byte for byte."
)

_SOURCE_TYPES: Final = frozenset(get_args(SourceType))
_SOURCE_TYPE_URI: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"

# Those that hold pixels of a trained model (conformance rubric 0.2, signals).
_GENERATIVE: Final = frozenset(
    {
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "compositeSynthetic",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCredential:
    """One layer as the manifest states it.

    Attributes:
        layer: place in the recipe, from 0 at the bottom.
        file: SHA-256 of the source file's original bytes.
        incoming: whether the source came with a manifest, which is then withheld.
    """

    layer: int
    element: Uid
    source_type: SourceType
    file: Digest
    incoming: Incoming = "none"

    def __post_init__(self) -> None:
        as_integer(self.layer, "/layer", least=0)
        as_uid(self.element, "/element")
        as_digest(self.file, "/file")
        _check_source_type(self.source_type, f"layer {self.layer}")
        if self.incoming not in get_args(Incoming):
            raise _refusal("incoming to be none or withheld", self.incoming)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCredential:
    """All that a frame's manifest is made of.

    Attributes:
        run: id of the statement of the work order; named before it is admitted.
        layers: bottom to top, at least one.
        source_type: of the whole picture, as `result_source_type` gives it.
        version: of this program.
        tools: what decoded, composed and encoded: `picture/1`, `fpng@0.0.3`.
    """

    log: Origin
    run: StatementId
    cell_key: Digest
    frame: int
    layers: tuple[LayerCredential, ...]
    source_type: SourceType
    version: Token
    tools: tuple[Token, ...] = ()

    def __post_init__(self) -> None:
        as_origin(self.log, "/log")
        as_statement_id(self.run, "/run")
        as_digest(self.cell_key, "/cell_key")
        as_integer(self.frame, "/frame")
        for token in (self.version, *self.tools):
            as_token(token, "/tools")
        _check_layers(self.layers)
        _check_result(self.layers, self.source_type)


def result_source_type(
    sources: Sequence[SourceType], *, one_opaque: bool
) -> SourceType:
    """The digital source type of a picture composed of layers.

    Args:
        sources: of the layers that the picture was composed of.
        one_opaque: the picture is a single layer without transparency, unchanged;
            it then is what the layer is.

    Examples:
        >>> result_source_type(["digitalCapture"], one_opaque=True)
        'digitalCapture'
        >>> result_source_type(["digitalCapture", "digitalCreation"], one_opaque=False)
        'composite'
        >>> both = ["digitalCapture", "trainedAlgorithmicMedia"]
        >>> result_source_type(both, one_opaque=False)
        'compositeWithTrainedAlgorithmicMedia'
    """
    if one_opaque and len(sources) == 1:
        return sources[0]
    if _GENERATIVE.intersection(sources):
        return "compositeWithTrainedAlgorithmicMedia"
    return "composite"


def frame_assertion(credential: FrameCredential) -> dict[str, JsonValue]:
    """The value of our own assertion, `kr.jangbu.frame`."""
    return {
        "v": 1,
        "log": credential.log,
        "run": credential.run,
        "cell_key": credential.cell_key,
        "frame": credential.frame,
        "inputs": [
            {"layer": one.layer, "file": one.file, "incoming": one.incoming}
            for one in credential.layers
        ],
    }


def run_stub(log: Origin, run: StatementId) -> bytes:
    """The public stub of a run, whose digest the manifest commits to.

    It can be computed before the run is admitted, so nothing goes in a circle.
    """
    return encode({"v": 1, "log": log, "kind": "run.1", "id": run})


def manifest_definition(credential: FrameCredential) -> Definition:
    """The definition that c2pa signs; equal credentials give equal definitions."""
    return {
        "claim_version": 2,
        "claim_generator_info": [
            {
                "name": "jangbu",
                "version": credential.version,
                "specVersion": SPEC_VERSION,
            }
        ],
        "ingredients": [_ingredient(layer) for layer in credential.layers],
        "assertions": [
            {"label": "c2pa.actions.v2", "created": True, "data": _actions(credential)},
            {
                "label": FRAME_LABEL,
                "created": True,
                "data": frame_assertion(credential),
            },
            {
                "label": "c2pa.external-reference",
                "created": False,  # spec 2.4 §18.24.1: should be gathered
                "data": _audit_log(credential),
            },
        ],
    }


def _ingredient(layer: LayerCredential) -> Definition:
    # Thin: no stream, no format, no identifier, nothing out of the source's own
    # manifest. The digest stands in our assertion, which the signer vouches for.
    thin: Definition = {
        "label": _reference(layer),
        "title": f"layer {layer.layer}",
        "relationship": "componentOf",
    }
    if layer.incoming == "withheld":
        thin["description"] = WITHHELD
    return thin


def _actions(credential: FrameCredential) -> Definition:
    created: Definition = {
        "action": "c2pa.created",
        "digitalSourceType": _SOURCE_TYPE_URI + credential.source_type,
        "softwareAgent": {"name": "jangbu", "version": credential.version},
    }
    if credential.tools:
        created["parameters"] = {"kr.jangbu.tools": list(credential.tools)}
    # No `when`: nothing vouches for the time of a single frame. The ledger's time
    # of admission does, for the whole cell.
    placed = [
        {
            "action": "c2pa.placed",
            "digitalSourceType": _SOURCE_TYPE_URI + layer.source_type,
            "parameters": {
                "ingredientIds": [_reference(layer)],
                "kr.jangbu.element": layer.element,
            },
        }
        for layer in credential.layers
    ]
    return {"actions": [created, *placed], "allActionsIncluded": True}


def _audit_log(credential: FrameCredential) -> Definition:
    stub = run_stub(credential.log, credential.run)
    return {
        "location": {
            "url": f"https://{credential.log}/run/{credential.run}",
            "alg": "sha256",
            # A list of byte values: c2pa reads text as the bytes of its letters.
            "hash": list(sha256(stub)),
            "dc:format": "application/json",
            "size": len(stub),
            "data_types": [{"type": "c2pa.types.audit-log"}],
        }
    }


def _reference(layer: LayerCredential) -> str:
    return f"layer-{layer.layer}"


def _check_source_type(source_type: str, where: str) -> None:
    if source_type not in _SOURCE_TYPES:
        raise _refusal("an IPTC digital source type", repr(source_type), where)


def _check_layers(layers: Sequence[LayerCredential]) -> None:
    places = [one.layer for one in layers]
    if not 0 < len(places) <= MOST_LAYERS or places != sorted(set(places)):
        raise _refusal(
            f"1 to {MOST_LAYERS} layers, each once, bottom to top", repr(places[:9])
        )


def _check_result(layers: Sequence[LayerCredential], result: SourceType) -> None:
    # Neither may a picture with generated pixels pass for a capture, nor one with
    # captured pixels for a generated one.
    sources = [one.source_type for one in layers]
    permitted = {
        result_source_type(sources, one_opaque=opaque) for opaque in (True, False)
    }
    if result not in permitted:
        raise _refusal(f"one of {', '.join(sorted(permitted))}", repr(result))


def _refusal(expected: str, met: str, where: str = "") -> ManifestRefusedError:
    return ManifestRefusedError(
        expected,
        met=met,
        advice="Correct the recipe, then seal the frame again.",
        where=where,
    )
