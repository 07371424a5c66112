"""What a check of a proof came to: data, never an exception.

Everything here may be written to JSON: counts, digests, tokens; no path and no value
out of the vault.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.encoding.canonical import JsonValue
from ledger.errors import JangbuError
from ledger.evidence.verdict import EXIT_CODES, Origin, State


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofVerdict:
    """The whole answer.

    Attributes:
        form: what the document is.
        shown: what it shows, by token.
        open: what it would need something else for, as tokens.
        failure: why it is refused; `None` if it holds.
        private: opened values, for a terminal only.
    """

    form: str
    log: str = ""
    size: int = 0
    origin: Origin = Origin.UNKNOWN
    shown: Mapping[str, JsonValue] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    failure: JangbuError | None = None
    private: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """The answer: a failure outweighs an open point, that an unknown origin."""
        if self.failure is not None or self.origin is Origin.CONTRADICTED:
            return State.FAILED
        if self.open:
            return State.OPEN
        return State.VERIFIED if self.origin is Origin.KNOWN else State.ORIGIN_UNKNOWN

    @property
    def exit_code(self) -> int:
        """What the command returns."""
        return EXIT_CODES[self.state]

    def to_json(self) -> dict[str, JsonValue]:
        """The verdict as one document."""
        failures: list[JsonValue] = []
        if self.failure is not None:
            failures.append(dict(self.failure.public()))
        return {
            "v": 1,
            "form": self.form,
            "state": self.state.value,
            "exit_code": self.exit_code,
            "log": self.log,
            "size": self.size,
            "origin": self.origin.value,
            "shown": dict(self.shown),
            "open": list(self.open),
            "failures": failures,
        }
