"""The naive evaluator of authorship: every frame by itself, nothing shared or grouped.

It reads the film with plain loops and knows none of `ledger.answers`. Only the rules
are the same: they have an oracle of their own. Written for films in which an asset's
pictures keep their numbers, and in which nothing is disputed, erased or measured twice.
"""

from collections.abc import Iterator, Mapping

from ledger.history.film import Contribution, Film, Generation, Opinion
from ledger.records.frames import MeasuredLeaf
from ledger.rules.evaluate import evaluate
from ledger.rules.rulebook import Rulebook
from ledger.rules.values import Fact, Reason, State, Strength, Tag

Answer = tuple[State, tuple[Reason, ...], frozenset[Tag], frozenset[str]]
Values = dict[str, object]

_NAMES = (
    "origin.known",
    "generated",
    "captured",
    "handmade",
    "input.recorded",
    "input.own_work",
    "input.by_person",
    "input.acts",
    "edit.recorded",
    "edit.by_person",
    "edit.changed",
    "edit.acts",
    "capture.recorded",
    "capture.by_person",
    "work.recorded",
    "work.by_person",
)


_GENERATED = (
    "algorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "dataDrivenMedia",
    "trainedAlgorithmicMedia",
)
_QUESTIONS = {
    ("kr.authorship.edit", "expression.added"),
    ("kr.authorship.input", "expression.appears"),
    ("kr.authorship.plate", "plate.creative"),
    ("kr.authorship.own-work", "work.creative"),
}


def naive_answers(
    film: Film, rulebook: Rulebook, on: str
) -> dict[tuple[str, int, str, str], list[Answer]]:
    """Answers by shot, frame, element and part; several, if edits cross each other."""
    found: dict[tuple[str, int, str, str], list[Answer]] = {}
    for shot in film.shots.values():
        for number, frame in shot.frames.items():
            layers = frame.measured.coverage.layers
            for place, layer in enumerate(layers):
                if layer.upper == 0:
                    continue
                file = frame.measured.inputs[place].file
                said = film.runs[frame.run].layers[place]
                named = said.generation is not None
                for part, values, people in _parts(
                    film, file, said.source_type, named=named
                ):
                    judged = _judged(
                        film, shot.uid, layer.element, frame.measured, people
                    )
                    outcome = evaluate(
                        "kr.authorship.element",
                        {**_as_facts(values), **judged},
                        floor=Strength.ANY,
                        rulebook=rulebook,
                        on=on,
                    )
                    key = (shot.uid, number, layer.element, part)
                    answer = outcome.state, outcome.reasons, outcome.tags, outcome.flags
                    found.setdefault(key, []).append(answer)
    return found


def _parts(
    film: Film, file: str, declared: str, *, named: bool
) -> list[tuple[str, Values, frozenset[str]]]:
    parts = list(_regions(film, file))
    kinds = {values.get("base") for _, values, _ in parts}
    captured = declared == "digitalCapture" and "generated" in kinds
    generated = named or declared in _GENERATED
    if captured or (generated and kinds <= {"captured", "handmade"}):
        clash = dict.fromkeys(_NAMES, Reason.CONFLICT)
        return [(part, {**values, **clash}, people) for part, values, people in parts]
    return parts


def _regions(film: Film, file: str) -> Iterator[tuple[str, Values, frozenset[str]]]:
    generated = _generated(film, file)
    said = _said(film, file)
    edits = [one for one in said if one.route == "edit"]
    if generated or not edits:
        yield "whole", _origin(film, file, generated, said), _people(film, file)
        return
    (edit,) = edits
    number = _number(film, file)
    before = film.assets[edit.before[0]].files[number].file
    leaf = next(
        (
            one.pictures[number]
            for one in film.changes
            if one.before == edit.before[0] and one.after == edit.after[0]
        ),
        None,
    )
    for _, values, people in _regions(film, before):
        painted = _painted(film, values, edit, measured=leaf is not None)
        mine = people | ({edit.party} if edit.party else set())
        if leaf is not None and leaf.changed_0 == 0:
            painted = _untouched(values, painted)
        elif leaf is not None:
            painted["split"] = True
        yield _name(painted), painted, mine
        if leaf is not None and 0 < leaf.changed_0 < leaf.pixels:
            rest = {**values, "split": True}
            yield _name(rest), rest, people


def _name(values: Values) -> str:
    if not values["split"]:
        return "whole"
    return "changed" if values["touched"] else "unchanged"


def _painted(
    film: Film, values: Values, edit: Contribution, *, measured: bool
) -> Values:
    acts = {edit.act}
    by_person: object = _is_person(film, edit)
    if values["touched"]:
        acts |= values["edit.acts"]  # type: ignore[arg-type]
        by_person = by_person or values["edit.by_person"]
    changed: object = True if measured or values["measured"] else Reason.MISSING
    return {
        **values,
        "touched": True,
        "measured": changed is True,
        "edit.recorded": True,
        "edit.by_person": by_person,
        "edit.changed": changed,
        "edit.acts": frozenset(acts),
    }


def _untouched(values: Values, painted: Values) -> Values:
    if values["touched"]:
        return values
    return {**painted, "touched": False, "measured": False, "edit.changed": False}


def _origin(
    film: Film,
    file: str,
    generated: list[Generation],
    said: list[Contribution],
) -> Values:
    captured = [one for one in said if one.route == "capture"]
    made = [one for one in said if one.route == "input"]
    if generated and (len(generated) > 1 or captured or made):
        return dict.fromkeys(_NAMES, Reason.CONFLICT) | _marks("generated")
    if generated:
        return (
            _nothing()
            | _marks("generated")
            | {
                "generated": True,
                **_input(film, generated[0], _number(film, file)),
            }
        )
    redone = any(
        leaf.after == file != leaf.before
        for one in film.changes
        for leaf in one.pictures.values()
    )
    if (captured or made) and (redone or any(one.before for one in captured + made)):
        return dict.fromkeys(_NAMES, Reason.CONFLICT) | _marks("generated")
    if captured or made:
        kind = "captured" if captured else "handmade"
        return (
            _nothing()
            | _marks(kind)
            | {
                kind: True,
                "capture.recorded": bool(captured),
                "capture.by_person": any(_is_person(film, one) for one in captured),
                "work.recorded": bool(made),
                "work.by_person": any(_is_person(film, one) for one in made),
            }
        )
    return dict.fromkeys(_NAMES, Reason.MISSING) | _marks("unknown")


def _marks(base: str) -> Values:
    return {"touched": False, "measured": False, "split": False, "base": base}


def _nothing() -> Values:
    nothing: Values = dict.fromkeys(_NAMES, False)
    none: frozenset[str] = frozenset()
    return nothing | {"origin.known": True, "edit.acts": none, "input.acts": none}


def _input(film: Film, one: Generation, number: int) -> Values:
    works, gap = [], None
    for each in one.inputs:
        more, hole = _works(film, film.assets[each.asset].files[number].file)
        works += more
        gap = gap or hole
    if works and gap is not Reason.CONFLICT:
        own, person = True, any(_is_person(film, each) for each in works)
        return {
            "input.recorded": True,
            "input.own_work": own,
            "input.by_person": person,
            "input.acts": frozenset(each.act for each in works),
        }
    if gap is not None:
        names = ("input.own_work", "input.by_person", "input.acts")
        return {"input.recorded": True, **dict.fromkeys(names, gap)}
    return {"input.recorded": bool(one.inputs)}


def _works(film: Film, file: str) -> tuple[list[Contribution], Reason | None]:
    said = [one for one in _said(film, file) if one.route != "performance"]
    generated = _generated(film, file)
    gap = None if said or generated else Reason.MISSING
    if generated and (said or len(generated) > 1):
        gap = Reason.CONFLICT
    works = list(said)
    number = _number(film, file)
    earlier = [uid for one in said for uid in one.before]
    earlier += [each.asset for one in generated for each in one.inputs]
    for uid in earlier:
        more, hole = _works(film, film.assets[uid].files[number].file)
        works += more
        gap = gap or hole
    return works, gap


def _people(film: Film, file: str) -> frozenset[str]:
    generated = _generated(film, file)
    works, _ = _works(film, file)
    askers = {one.party for one in generated if one.party}
    return frozenset({one.party for one in works if one.party} | askers)


def _judged(
    film: Film,
    shot: str,
    element: str,
    measured: MeasuredLeaf,
    people: frozenset[str],
) -> Mapping[str, Fact]:
    by_judgement: dict[str, list[Opinion]] = {}
    for one in film.opinions:
        scope = one.source.scope
        about = (scope.shot, scope.element) == (shot, element)
        fits = (one.question, one.judgement) in _QUESTIONS
        if about and fits and measured.pixels in one.seen.get(measured.frame, ()):
            by_judgement.setdefault(one.judgement, []).append(one)
    return {key: _opinion(film, those, people) for key, those in by_judgement.items()}


def _opinion(film: Film, those: list[Opinion], people: frozenset[str]) -> Fact:
    findings = {one.finding for one in those}
    if len(findings) > 1:
        return Fact(value=None, reason=Reason.CONFLICT)
    if findings == {"undecided"}:
        return Fact(value=None, reason=Reason.JUDGEMENT)
    involved = {film.studio, *(one.party for one in film.contributions)}
    involved |= {one.party for one in film.generations}
    flags, outsider = set(), False
    for one in those:
        party = one.source.speaker.party
        if party in people:
            flags.add("self_assessed")
        elif party in involved:
            flags.add("not_independent")
        else:
            outsider = True
    return Fact(
        value=findings == {"yes"},
        tags=frozenset({Tag.ON_OPINION}),
        flags=frozenset() if outsider else frozenset(flags),
    )


def _as_facts(values: Values) -> dict[str, Fact]:
    return {
        name: Fact(value=None, reason=one)
        if isinstance(one, Reason)
        else Fact(value=one)  # type: ignore[arg-type]
        for name, one in values.items()
        if name in _NAMES
    }


def _number(film: Film, file: str) -> int:
    return next(
        number
        for asset in film.assets.values()
        for number, leaf in asset.files.items()
        if leaf.file == file
    )


def _holding(film: Film, file: str) -> set[str]:
    return {
        uid
        for uid, asset in film.assets.items()
        if any(leaf.file == file for leaf in asset.files.values())
    }


def _generated(film: Film, file: str) -> list[Generation]:
    held = _holding(film, file)
    return [one for one in film.generations if held & set(one.outputs)]


def _said(film: Film, file: str) -> list[Contribution]:
    held = _holding(film, file)
    return [one for one in film.contributions if held & set(one.after)]


def _is_person(film: Film, one: Contribution) -> bool:
    return film.parties[str(one.party)].type == "person"
