"""The tools that fix a measured result, with the versions on this machine."""

from importlib.metadata import version
from typing import Final

from pipeline.frames.writing import OutputFormat
from pipeline.kernels.compose import PICTURE as PICTURE  # noqa: PLC0414  # one name

ALWAYS: Final = ("iscc-lib", "numpy", "pillow", "simplejpeg")
"""Decoders, arithmetic and fingerprint. What signs is not among them: a seal differs
each time, and what was measured must not depend on it."""


def tools_of(output: OutputFormat) -> dict[str, str]:
    """Name and version of each tool that a run of this output depends on."""
    names = (*ALWAYS, "fpng-py-fix") if output.kind == "png" else ALWAYS
    return {name: version(name).lower() for name in names}
