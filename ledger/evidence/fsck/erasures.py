"""Erased values against the erasures that the log states.

Whoever can write into the vault can put a tombstone there, or name a person's key that
never was: to the vault both look like an erasure. So its word alone is not taken.
What may be erased is a person's, and no more of it than the log says was erased.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ledger.encoding.statement import Checked
from ledger.evidence.fsck.report import Damage, Notebook
from ledger.records.authority import Erasure, Party

ERASABLE: Final = frozenset({"party.1"})
"""Kinds that are blinded under a person's key, with all their values.

All others, and the party statements of organisations, are under the studio's key, which
no erasure destroys. A kind that is to be a person's belongs here.
"""
ERASABLE_FIELDS: Final = frozenset(
    {
        ("contribution.1", "/body/party"),
        ("contribution.1", "/body/note"),
        ("delegation.1", "/body/party"),
        ("engagement.1", "/body/company"),
        ("engagement.1", "/body/party"),
        ("engagement.1", "/body/terms"),
        ("generation.1", "/body/party"),
        ("hold.1", "/body/notice"),
        ("hold.1", "/body/party"),
        ("opinion.1", "/body/reasons"),
    }
)
"""Fields under one of a person's two keys, in statements under the studio's."""


@dataclass(slots=True)
class Erasures:
    """What was met erased, and what the log says was erased.

    Attributes:
        statements: erased ones that may be; their bytes cannot be checked any more.
        values: erased private values of such statements.
        stated: how often the log states the same basis, count and holds.
        opened: values erased by those of them whose ids opened, all together.
    """

    book: Notebook
    statements: int = 0
    values: int = 0
    stated: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    opened: int = 0

    def state(self, said: Checked, *, opened: bool) -> None:
        """Remember a statement if it is an erasure.

        Args:
            said: the statement.
            opened: whether its id opened. Only then it excuses anything; but an older
                vault lacks the blinds of what came later, and is to be found by it.
        """
        if isinstance(body := said.body, Erasure):
            self.stated[body.basis, body.count, body.holds] += 1
            self.opened += body.count if opened else 0

    def statement(self, said: Checked, index: int) -> None:
        """The blinds of a statement are erased."""
        self.book.count("statements.erased")
        if self._may_be(said, index, "blinds"):
            self.statements += 1

    def value(self, said: Checked, index: int, path: str) -> None:
        """A private value of a statement is erased."""
        self.book.count("values.erased")
        kept_apart = (said.statement.kind, path) in ERASABLE_FIELDS
        if kept_apart or self._may_be(said, index, "a value"):
            self.values += 1

    def check(self, graves: Callable[[], int] | None) -> None:
        """Compare, once all statements were looked at.

        Args:
            graves: how many values are erased in the vault, of statements that the
                log never admitted too; `None` if nobody can tell.
        """
        # An erasure that is repeated on another basis, or after more was erased, states
        # the person's total anew, and nobody can tell whose it is. So all of them
        # together may say more than what was erased, and never less.
        met = self.statements + self.values
        if met > self.opened:
            self.book.find(
                Damage.ERASURE_UNEXPLAINED,
                f"{met} values are erased, and the log states an erasure of "
                f"{self.opened} (if one was interrupted, run jangbu erase again)",
            )
        least = self._least()
        if graves is not None and least and (there := graves()) < least:
            self.book.find(
                Damage.ERASURE_UNDONE,
                f"the log states an erasure of at least {least} values, and {there} "
                "are erased: an older vault and its keys were put back",
            )

    def _may_be(self, said: Checked, index: int, what: str) -> bool:
        kind = said.statement.kind
        person = isinstance(said.body, Party) and said.body.type == "person"
        if person and kind in ERASABLE:
            return True
        self.book.find(
            Damage.ERASURE_UNEXPLAINED,
            f"the vault calls {what} of statement {index} erased, "
            "which no person's key ever blinded",
            index,
            kind,
        )
        return False

    def _least(self) -> int:
        """No less can be erased than this.

        The same basis, count and holds of one person are one statement: as often as
        they stand in the log, so many persons were erased. Different ones may be the
        same person's. So for each n, at least as many persons had n values erased as
        one of the triples with n or more is repeated.
        """
        most_repeated, least, above = 0, 0, 0
        for (_, count, _), times in sorted(
            self.stated.items(), key=lambda stated: -stated[0][1]
        ):
            least += most_repeated * (above - count)
            above, most_repeated = count, max(most_repeated, times)
        return least + most_repeated * above
