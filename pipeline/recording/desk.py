"""What lines of records are checked against: names, rights, files, the film as it is.

A desk serves one file of records: it looks at every file once, and remembers what
earlier lines are about to state.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import machine_key
from ledger.encoding.statement import STUDIO, Composed, Draft, KeptValue, KeyRef
from ledger.errors import (
    ConflictingRecordError,
    MalformedRecordError,
    RecordFileError,
)
from ledger.history.film import Film
from ledger.records.editing import CutLeaf
from ledger.records.statement import Act, Verb
from ledger.records.time import Rate
from pipeline.capture.sources import FileSource
from pipeline.recording.acts import Standing, Target
from pipeline.recording.drafts import ChangeDraft, Envelope, LineDraft
from pipeline.run.assets import PlannedAsset, Scribe
from pipeline.run.generations import plan_source


class Receipt(Protocol):
    """That a statement is in the log; see `ledger.ports.Receipt`."""

    @property
    def id(self) -> str: ...

    @property
    def index(self) -> int: ...

    @property
    def new(self) -> bool: ...


class Recorder(Scribe, Protocol):
    """What recording needs of the ledger; see `ledger.production.recorder`."""

    def put(self, content: bytes) -> str: ...

    def locate(self, kind: str, key: str) -> Receipt | None: ...

    def keep_values(self, statement: str, kept: Sequence[KeptValue]) -> None: ...

    def record(
        self, composed: Sequence[Composed], signer: str
    ) -> Sequence[Receipt]: ...


@dataclass(frozen=True, slots=True)
class NamedParty:
    """A party, and the key under which erasable things are said of it."""

    uid: str
    erasable: KeyRef


@dataclass(frozen=True, slots=True)
class KnownCut:
    """A cut that is in the log, or that an earlier line is about to state."""

    id: str
    rate: Rate
    leaves: tuple[CutLeaf, ...]


class Acting(Protocol):
    """A line that may act upon an earlier statement."""

    @property
    def verb(self) -> Verb | None: ...

    @property
    def of(self) -> Target | None: ...


class Names(Protocol):
    """Names of a production and what they stand for.

    Each raises `UnknownNameError` for a name that is not listed.
    """

    def party(self, reference: str) -> NamedParty: ...

    def kept_key(self, party: str) -> KeyRef:
        """The key of what the law makes the studio keep about a party."""
        ...

    def shot(self, code: str) -> str: ...

    def element(self, name: str) -> str: ...

    def judgement(self, question: str, judgement: str) -> None:
        """Refuse a question, or a judgement in it, that no policy asks for."""
        ...

    def signer(self, party: str | None, kind: str, verb: Verb | None = None) -> str:
        """The key that signs for a party's uid; `None` is the studio.

        Raises:
            NotPermittedError: the log does not let the key state this kind, or use
                the verb.
        """
        ...


@dataclass(kw_only=True)
class Desk:
    """Everything that a line is checked against.

    Attributes:
        folder: where the paths of the lines start.
        secret_of: the blinding key of a reference.
        film: what the log says now.
        standing: what will be current once the lines so far are stated.
        earlier: drafts of the lines before this one.
        cuts: those that earlier lines resolved.
        changes: those that earlier lines measured, by their assets.
    """

    recorder: Recorder
    folder: Path
    names: Names
    secret_of: Callable[[KeyRef], bytes]
    film: Film
    standing: Standing
    earlier: list[LineDraft] = field(default_factory=list)
    cuts: list[KnownCut] = field(default_factory=list)
    _sources: dict[tuple[str, str | None], PlannedAsset] = field(default_factory=dict)
    changes: dict[tuple[str, str], ChangeDraft] = field(default_factory=dict)

    def files(self, named: FileSource, where: str) -> PlannedAsset:
        """Look at files, once for all lines that name them.

        Raises:
            RecordFileError: the numbers have another form.
            PipelineError: a file is missing, or no picture that can be used.
        """
        key = (named.source, named.frames)
        if key not in self._sources:
            try:
                planned = plan_source(self.recorder, self.folder, named)
            except MalformedRecordError as error:
                raise unfit(error.expected, error.met, f"{where}/frames") from error
            self._sources[key] = planned
        return self._sources[key]

    def key_of(self, kind: str, facts: dict[str, Any], owner: KeyRef) -> str:
        """The key of what a line says: the same line, the same key.

        It is derived under the key of whom the line is about, so that it tells
        nothing any more once that key is destroyed.
        """
        given: JsonValue = {
            name: value for name, value in facts.items() if value is not None
        }
        return machine_key(self.secret_of(owner), self.recorder.log, kind, given)

    def act_of(self, line: Acting) -> Act | None:
        """What a line does to an earlier statement; `None` if it says something new.

        Raises:
            UnknownReferenceError: the target is not in the log.
        """
        if line.verb is None or line.of is None:
            return None
        return Act(verb=line.verb, of=self.standing.target(line.of))

    def is_said(self, kind: str, key: str) -> bool:
        """Whether the log, or an earlier line, says this already."""
        known = self.recorder.locate(kind, key)
        return known is not None or self.standing.has_line(kind, key)

    def draft(
        self,
        kind: str,
        key: str,
        body: dict[str, Any],
        envelope: Envelope,
        prev: Sequence[str] = (),
    ) -> Composed:
        """Fix a statement's bytes.

        Raises:
            ConflictingRecordError: the log has another statement of the same fact.
        """
        composed = self.recorder.compose(
            Draft(
                log=self.recorder.log,
                kind=kind,
                key=key,
                body=body,
                at=envelope.at,
                act=envelope.act,
                scope=envelope.scope,
                prev=tuple(dict.fromkeys(prev)),
                blinded_by=STUDIO,
            )
        )
        self.refuse_conflict(composed)
        return composed

    def refuse_conflict(self, composed: Composed) -> None:
        """Refuse a statement that the log would not take beside what it has.

        Raises:
            ConflictingRecordError: the log has another statement of the same fact.
        """
        known = self.recorder.locate(composed.kind, composed.key)
        if known is not None and known.id != composed.id:
            raise ConflictingRecordError(
                "what the log says of this already, or another fact",
                met="another account of the same fact",
                advice="Correct the line so that it says the same, or leave it out.",
                where=composed.kind,
                kind=composed.kind,
                index=known.index,
            )


def unfit(expected: str, met: str, where: str) -> RecordFileError:
    """The error for a field that cannot be used; its line is named further out."""
    return RecordFileError(expected, met=met, advice="Correct the field.", where=where)
