"""`jangbu publish`: take the newest checkpoint to outsiders."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.keys.witness_client import SECONDS
from ledger.production.opening import opened
from ledger.production.stamping import Stamping, StampState, stamp_newest
from ledger.production.witnessing import (
    Standing,
    WitnessReport,
    WitnessRound,
    publish_to_witnesses,
)
from ledger.records.identity import instant_from

INTEGRITY: Final = 5
DEGRADED: Final = 3


def publish(
    folder: Folder,
    seconds: Annotated[
        float, typer.Option(min=1, max=600, help="How long one outsider may take.")
    ] = SECONDS,
    as_json: AsJson = False,
) -> None:
    """Have the newest checkpoint cosigned and stamped; 3 degraded, 5 conflict."""

    def use_case() -> Answered:
        with opened(folder) as production:
            witnessed = publish_to_witnesses(production, seconds=seconds)
            _explain(witnessed)
            if witnessed.conflict:
                say("Nothing more is stated in this log until this is settled.")
                return INTEGRITY, _document(witnessed, None)
            stamping = stamp_newest(production, seconds=seconds)
            _explain_stamps(stamping)
        whole = witnessed.reached and stamping.complete
        return 0 if whole else DEGRADED, _document(witnessed, stamping)

    raise typer.Exit(answer(use_case, as_json=as_json))


def _explain(done: WitnessRound) -> None:
    say(f"Checkpoint of {done.size} entries.")
    for one in done.witnesses:
        good = one.standing is Standing.COSIGNED
        when = f" {_utc(one.time)}" if one.time is not None else ""
        why = f": {one.why}" if one.why else ""
        say(
            f"  {one.standing.value} {one.name}{when}{why}",
            style="" if good else "red",
        )
        if one.kept:
            say(f"  kept as evidence: {one.kept}")
    if not done.witnesses:
        say("No [[witness]] is listed: the log stays self-attested.")
        return
    again = "" if done.conflict else ": publish again"
    reached = "reached" if done.reached else f"not reached{again}"
    say(
        f"{done.cosigned} of {len(done.witnesses)} witnesses, "
        f"quorum {done.quorum} {reached}",
        style="bold",
    )


def _explain_stamps(stamping: Stamping) -> None:
    for one in stamping.stamps:
        when = f" {instant_from(one.at)}" if one.at else ""
        why = f": {one.reason}" if one.reason else ""
        bad = one.state is StampState.UNSTAMPED
        say(f"  {one.state.value} {one.name}{when}{why}", style="red" if bad else "")
        if one.error:
            say(f"    {one.error}")


def _document(done: WitnessRound, stamping: Stamping | None) -> Mapping[str, Any]:
    return {
        "size": done.size,
        "quorum": done.quorum,
        "cosigned": done.cosigned,
        "reached": done.reached,
        "witnesses": [_witness(one) for one in done.witnesses],
        "stamps": [
            {
                "name": one.name,
                "state": one.state.value,
                "at": instant_from(one.at) if one.at else None,
                "reason": one.reason,
            }
            for one in (stamping.stamps if stamping else ())
        ],
    }


def _witness(report: WitnessReport) -> Mapping[str, Any]:
    return {
        "name": report.name,
        "standing": report.standing.value,
        "at": _utc(report.time) if report.time is not None else None,
        "new": report.new,
    }


def _utc(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")
