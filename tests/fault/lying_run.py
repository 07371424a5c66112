"""The real command on a machine whose arithmetic differs by one.

    lying_run.py WORD…

Of each frame's first layer one unit of coverage goes to the unattributed rest: the
sum stays what it must be.
"""

from dataclasses import replace

import pipeline.run.frame as made
from ledger.cli.main import app
from pipeline.kernels.compose import Composite, Layer
from pipeline.kernels.compose import compose as honest


def compose(layers: list[Layer]) -> Composite:
    composite = honest(layers)
    measures = composite.measures
    first, *others = measures.layers
    wrong = replace(
        measures,
        layers=(first - 1, *others),
        unattributed=measures.unattributed + 1,
    )
    return replace(composite, measures=wrong)


if __name__ == "__main__":
    made.compose = compose  # type: ignore[attr-defined,assignment]
    app()
