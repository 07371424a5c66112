"""Errors of the frame pipeline; the base class says what each one carries.

PipelineError
├─ FrameShapeError, UnreadableFrameError, ColourSpaceError, SampleValueError
├─ FrameHoleError
├─ CryptomatteError, LookError
├─ ChangedInputError, RecipeError, OutputInTheWayError, ToolVersionError
└─ ManifestRefusedError, SettingsError
"""

from ledger.errors import JangbuError


class PipelineError(JangbuError):
    """The pipeline refuses or cannot."""

    code = "pipeline"
    exit_code = 4


class FrameShapeError(PipelineError):
    """An array or picture has another size, depth or channel count."""

    code = "frame.shape"


class UnreadableFrameError(PipelineError):
    """A picture is empty, truncated or not of the type its name says."""

    code = "frame.unreadable"


class ColourSpaceError(PipelineError):
    """A picture declares a colour space that this picture algorithm lacks."""

    code = "frame.colour"


class SampleValueError(PipelineError):
    """A sample is infinite or not a number, or a result is beyond 32-bit floats."""

    code = "frame.value"


class CryptomatteError(PipelineError):
    """A Cryptomatte's channels, coverages or manifest are not usable."""

    code = "frame.cryptomatte"


class LookError(PipelineError):
    """A show's OCIO config, CDL, LUT or baked table is not usable."""

    code = "colour.look"


class FrameHoleError(PipelineError):
    """A sequence lacks a frame that the shot needs."""

    code = "frame.hole"


class ChangedInputError(PipelineError):
    """An input's bytes differ from those that the run was stated with."""

    code = "run.changed_input"
    exit_code = 6


class RecipeError(PipelineError):
    """The recipe is not usable; `where` names file and field."""

    code = "run.recipe"


class OutputInTheWayError(PipelineError):
    """The output folder holds a file or a run that is not this one's."""

    code = "run.output"
    exit_code = 6


class ToolVersionError(PipelineError):
    """This machine's tools are not the ones the run was stated with."""

    code = "run.tools"
    exit_code = 6


class ManifestRefusedError(PipelineError):
    """A manifest could not be signed, or reads back wrong."""

    code = "seal.refused"
    exit_code = 5


class SettingsError(PipelineError):
    """The C2PA settings name something unknown, or are not in force."""

    code = "seal.settings"
    exit_code = 70


class GeneratorRecordError(PipelineError):
    """A generator's record of its work is not usable."""

    code = "capture.generation"


class DeviceError(PipelineError):
    """A device that was asked for is not there, failed, or computes wrongly."""

    code = "run.device"
    exit_code = 7


class WorkerLostError(PipelineError):
    """A worker process was killed."""

    code = "run.worker"
    exit_code = 7


class MemoryShortError(PipelineError):
    """A worker would need more memory than it may take, or than there is."""

    code = "run.memory"
    exit_code = 7


class ClusterError(PipelineError):
    """There is no cluster to run on, or it has no room for a worker."""

    code = "run.cluster"
    exit_code = 7


class DemoMaterialError(PipelineError):
    """The photographs of the demonstration are not installed."""

    code = "demo.material"
    exit_code = 7


class DroppedFramesError(PipelineError):
    """A run's version would drop frames of the version in force."""

    code = "run.dropped"
    exit_code = 6
