"""Step 17: checkpoints, proofs and custody that came along with the log.

What others signed is looked at in `witnessed` and `stamped`; here only whether it is
about this log at all: the same history, at an earlier size.
"""

from collections.abc import Mapping

from ledger.encoding.models import parse_model
from ledger.errors import AlteredEvidenceError
from ledger.evidence import form
from ledger.evidence.audit import Audit
from ledger.evidence.companions import CUSTODY
from ledger.evidence.consistency import read_growth
from ledger.evidence.custody import Custody
from ledger.evidence.steps.container import Container
from ledger.history.log_keys import LogKeys
from ledger.history.points import roots_at
from ledger.log.tree import leaf_hash, root_of


def check_beside(container: Container, keys: LogKeys, audit: Audit) -> None:
    """Check every companion that says something of this log.

    Args:
        container: the bundle.
        keys: which log key signs which size.
        audit: where failures are gathered.
    """
    beside = container.companions
    with audit.step("custody"):
        _check_custody(container, container.index.size)
    if not (beside.cosigned or beside.notes or beside.consistency):
        return
    rows = form.split_lines(container.parts[form.ENTRIES])
    leaves = [leaf_hash(row) for row in rows]
    notes = [*beside.cosigned.items(), *beside.notes.items()]
    roots = roots_at(leaves, [*(size for size, _ in notes), *beside.consistency])
    for size, note in notes:
        with audit.step("checkpoints"):
            _check_note(container, note, size, keys, roots)
    whole = root_of(leaves) if beside.consistency else b""
    for size, raw in beside.consistency.items():
        with audit.step("consistency"):
            grown = read_growth(raw)
            if (grown.old, grown.new) != (size, len(leaves)) or size not in roots:
                raise _altered("a proof between the sizes that its name says", "others")
            grown.check(roots[size], whole)


def _check_note(
    container: Container,
    note: bytes,
    size: int,
    keys: LogKeys,
    roots: Mapping[int, bytes],
) -> None:
    point = keys.open(note, container.index.log)
    if point.size != size or roots.get(size) != point.root:
        raise _altered("earlier checkpoints of this history", "one of another")


def _check_custody(container: Container, size: int) -> None:
    raw = container.companions.single.get(CUSTODY)
    if raw is None:
        return
    said = parse_model(Custody, raw)
    met = (said.log, said.size, said.key_id)
    if met != (container.index.log, size, container.envelope.key_id):
        raise _altered("a custody statement about this bundle", "one about another")


def _altered(expected: str, met: str) -> AlteredEvidenceError:
    return AlteredEvidenceError(
        expected,
        met=met,
        advice="Do not rely on this bundle; keep it: it may show another history.",
        where="bundle",
    )
