"""Acts: lines that supersede, correct, withdraw or dispute what was said before.

The rules are the ledger's own (`ledger.history`). A line is held against them before
anything is stated, as if the lines before it were in the log already.
"""

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from ledger.encoding.statement import Composed
from ledger.errors import (
    ConflictingRecordError,
    MalformedRecordError,
    NotPermittedError,
    RecordFileError,
    StaleTargetError,
    UnknownReferenceError,
)
from ledger.history.current import History
from ledger.history.journal import EntryHead
from ledger.history.rights import may
from ledger.records.identity import StatementId, as_statement_id
from ledger.records.statement import Act
from pipeline.recording.drafts import LineDraft

Target: TypeAlias = int | str
"""An entry's index, or a statement's id."""


class Log(Protocol):
    """What of the log acts are checked against."""

    @property
    def history(self) -> History: ...

    def id_at(self, index: int) -> str | None:
        """The statement of an entry; `None` if the log has no such entry."""
        ...

    def said_by(self, statement: str) -> str | None:
        """The party whose key signed a statement; `None` if that was erased."""
        ...

    def spoken_for(self, signer: str) -> str | None:
        """The party that a key speaks for, by the key's name."""
        ...


@dataclass(slots=True)
class Standing:
    """What will be current once the lines so far are stated.

    Attributes:
        history: of the log and of those lines, without assets and changes.
    """

    log: Log
    history: History = field(init=False)
    _signers: dict[str, str] = field(default_factory=dict)
    _facts: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.history = self.log.history

    def target(self, of: Target) -> StatementId:
        """The statement that a line is about to act upon.

        Raises:
            UnknownReferenceError: neither the log nor an earlier line has it.
        """
        found = self.log.id_at(of) if isinstance(of, int) else of
        if found is None or not self.history.knows(as_statement_id(found)):
            raise UnknownReferenceError(
                "an entry of this log, by its index or its statement's id",
                met=f"{of}, which is not in it",
                advice="jangbu log lists the entries.",
                where="/of",
            )
        return as_statement_id(found)

    def has_line(self, kind: str, key: str) -> bool:
        """Whether an earlier line states this fact already."""
        return (kind, key) in self._facts

    def in_force(self, statement: str) -> bool:
        """Whether a statement is current and no dispute, which states no fact."""
        known_as = as_statement_id(statement)
        if not self.history.knows(known_as) or not self.history.current(known_as):
            return False
        return self.history.head(self.history.lineage_of(known_as)).verb != "dispute"

    def take(self, draft: LineDraft) -> None:
        """Take a line as stated, unless the ledger would refuse it.

        Raises:
            StaleTargetError: its target is no longer current.
            RecordFileError: its target is of a kind that it cannot act upon.
            NotPermittedError: the target is not its party's to act upon.
            ConflictingRecordError: an earlier line says the same fact otherwise.
        """
        said = draft.said
        if said is None or self.history.knows(as_statement_id(said.id)):
            return
        self._refuse_double(said)
        after = self._after(said, draft.act)
        if draft.act is not None and draft.act.verb != "supersede":
            self._check_party(draft.act, draft.signer)
        self.history = after
        self._signers[said.id] = draft.signer
        self._facts[said.kind, said.key] = said.id

    def _refuse_double(self, said: Composed) -> None:
        if self.has_line(said.kind, said.key):
            raise ConflictingRecordError(
                "each fact once in a file of records",
                met="another account of what an earlier line says",
                advice="Leave one of the two lines out.",
                where=said.kind,
                kind=said.kind,
            )

    def _after(self, said: Composed, act: Act | None) -> History:
        head = EntryHead(
            index=self.history.size,
            id=as_statement_id(said.id),
            kind=said.kind,
            verb=None if act is None else act.verb,
            of=None if act is None else act.of,
        )
        try:
            return self.history.advance(head)
        except StaleTargetError as error:
            error.where, error.advice = "/of", self._advice(head)
            # It told the place that the new statement would have had.
            error.facts.pop("index", None)
            raise
        except MalformedRecordError as error:
            raise RecordFileError(
                "a target of the line's own kind; for a dispute, any but genesis and "
                "erasure",
                met=f"{error.met} on another kind",
                advice="Correct the line's kind, or what it names.",
                where="/of",
            ) from error

    def _advice(self, head: EntryHead) -> str:
        now = None if head.of is None else self.history.head_of(head.of)
        if now is None:
            return "It was withdrawn for good: say it anew, without verb."
        found = self.history.head(now).index
        # Beyond the log's size stand lines of this file, which have no index yet.
        if found >= self.log.history.size:
            return "An earlier line of this file takes its place."
        return f"Look at entry {found}, which took its place, and act upon that."

    def _check_party(self, act: Act, signer: str) -> None:
        # Of an earlier line it is the key's name that is known.
        line = self._signers.get(act.of)
        theirs = self.log.spoken_for(line) if line else self.log.said_by(act.of)
        ours = self.log.spoken_for(signer)
        if ours is None or theirs is None:
            raise NotPermittedError(
                "a key whose party is known",
                met="a key whose party was erased",
                advice="Have the studio supersede the statement.",
                where="/verb",
                verb=act.verb,
            )
        try:
            may(act.verb, ours, theirs, granted=True)
        except NotPermittedError as error:
            error.where = "/verb"
            raise
