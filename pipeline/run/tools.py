"""The tools that fix a measured result, with the versions on this machine."""

from importlib.metadata import version
from typing import Final

from pipeline.frames.raster_output import RasterOutput
from pipeline.kernels.compose import PICTURE as PICTURE  # noqa: PLC0414  # one name
from pipeline.run.frame_job import Output

ALWAYS: Final = ("iscc-lib", "numpy", "pillow", "simplejpeg")
"""Decoders, arithmetic and fingerprint. What signs is not among them: a seal differs
each time, and what was measured must not depend on it."""


FILM: Final = ("imagecodecs", "jangbu", "openexr")
"""Decoders of the formats of film; our own readers by the version of this program."""


def tools_of(output: Output) -> dict[str, str]:
    """Name and version of each tool that a run of this output depends on."""
    names = (*ALWAYS, "fpng-py-fix") if output.kind == "png" else ALWAYS
    if isinstance(output, RasterOutput):
        names = (*names, *FILM)
    return {name: version(name).lower() for name in names}
