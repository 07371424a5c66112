"""What an answer with its whole trace costs, against a plain boolean expression.

    python tests/benchmarks/bench_rules.py [--times 2000]

Prints one JSON document. The rule has twelve leaves. The floor is the same rule as a
Python expression over local booleans: no unknown, no reasons, no evidence, no law.
The ratio is what these cost. CPU time is the minimum and the median over rounds of
answers in one process.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from ledger.rules.evaluate import evaluate
from ledger.rules.rulebook import Rulebook, packaged_rulebook
from ledger.rules.values import Fact, State, Strength
from tests.simulators.sample_policies import ON, judged, leaf, policy_tree, rulebook_of

NAMES = tuple(f"f.{place}" for place in range(11))
ROUNDS = 20


def twelve_leaves() -> Rulebook:
    rule = {
        "all": [
            leaf("f.0"),
            leaf("f.1"),
            {"any": [leaf("f.2"), leaf("f.3"), {"all": [leaf("f.4"), leaf("f.5")]}]},
            {"any": [leaf("f.6"), leaf("f.7"), judged("j.x")]},
        ],
        "unless": [leaf("f.8"), leaf("f.9"), leaf("f.10")],
    }
    return rulebook_of(policy_tree(rule))


def expression(v: dict[str, bool]) -> bool:
    """The same rule, as fast as Python has it."""
    return (
        v["f.0"]
        and v["f.1"]
        and (v["f.2"] or v["f.3"] or (v["f.4"] and v["f.5"]))
        and (v["f.6"] or v["f.7"] or v["j.x"])
        and not (v["f.8"] or v["f.9"] or v["f.10"])
    )


def cpu_us(work: Callable[[], object], times: int) -> dict[str, float]:
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(times):
            work()
        spent.append(1e6 * (time.process_time() - start) / times)
    return {
        "min": round(min(spent), 2),
        "median": round(statistics.median(spent), 2),
    }


def measure(times: int) -> dict[str, Any]:
    rulebook = twelve_leaves()
    values = {name: name in ("f.0", "f.1", "f.4", "f.5") for name in NAMES}
    values["j.x"] = True
    facts = {
        name: Fact(value=value, evidence=(f"statement of {name}",))
        for name, value in values.items()
    }
    missing = {name: facts[name] for name in NAMES[:6]}

    def ask(given: dict[str, Fact]) -> State:
        return evaluate(
            "kr.test.one", given, floor=Strength.ANY, rulebook=rulebook, on=ON
        ).state

    if ask(facts) is not State.SUPPORTED or ask(missing) is not State.OPEN:
        raise SystemExit("the rule does not answer what it should")
    floor = cpu_us(lambda: expression(values), times * 10)
    settled = cpu_us(lambda: ask(facts), times)
    return {
        "expression_cpu_us": floor,
        "settled_with_trace_cpu_us": settled,
        "open_with_settling_sets_cpu_us": cpu_us(lambda: ask(missing), times // 10),
        "nothing_known_cpu_us": cpu_us(lambda: ask({}), times // 10),
        "times_expression": round(settled["min"] / floor["min"], 1),
        "answers_a_second": round(1e6 / settled["min"]),
    }


def reading_ms() -> float:
    """Reading every packaged policy, once."""
    packaged_rulebook.cache_clear()
    start = time.process_time()
    packaged_rulebook()
    return round(1000 * (time.process_time() - start), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=2000)
    times = max(10, parser.parse_args().times)
    found = {"leaves": 12, **measure(times), "reading_policies_cpu_ms": reading_ms()}
    print(json.dumps({"times": times, **found}, indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
