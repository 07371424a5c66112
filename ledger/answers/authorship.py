"""The question of authorship, put to a film: elements, performers, the arrangement."""

from ledger.answers.arrangements import arrangement_findings
from ledger.answers.asked import Asked
from ledger.answers.elements import element_findings, unanswered
from ledger.answers.examination import Examination
from ledger.answers.finding import Finding
from ledger.answers.performances import performance_findings
from ledger.history.film import Film
from ledger.rules.rulebook import Rulebook


def authorship(film: Film, rulebook: Rulebook, asked: Asked) -> tuple[Finding, ...]:
    """What the records support, shot by shot; then of the newest cut as a whole.

    Frames are grouped by what the answer depends on; each group is judged once.
    """
    desk = Examination(film, rulebook, asked)
    findings: list[Finding] = []
    for shot in asked.shots_of(film):
        findings += element_findings(desk, shot)
        # Only one view is looked at: of another one in force nothing is known here.
        findings += [unanswered(desk, shot)] if shot.other_views else []
        findings += performance_findings(desk, shot)
    return (*findings, *arrangement_findings(desk))
