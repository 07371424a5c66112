"""The order of lines: by role, then in 가나다 order or by billing."""

import unicodedata
from collections.abc import Iterable

from ledger.credits.policies import Roles
from ledger.credits.roll import ERASED, NOT_REGISTERED, Line


def sorted_lines(lines: Iterable[Line], roles: Roles, *, by_name: bool) -> list[Line]:
    """Put the lines of a block in order.

    Roles stand as in the file of roles. Within one, lines go by name, or by billing:
    whose work was recorded first stands first. Two people of one name stay in the
    order of their work.
    """
    places = {code: place for place, code in enumerate(roles.roles)}
    return sorted(
        lines,
        key=lambda one: (
            # A company's line has no place of its own among the roles.
            places.get(one.role.code, 0),
            _in_letters(one) if by_name else (),
            one.evidence[0].index if one.evidence else -1,
            one.who.uid or "",
        ),
    )


def _in_letters(line: Line) -> tuple[bool, str]:
    """가나다 order: that of the code points of composed syllables; erased ones last."""
    nameless = line.who.name in (ERASED, NOT_REGISTERED)
    return nameless, unicodedata.normalize("NFC", line.who.name)
