"""What the command looks into files with."""

from ledger.cli.readers import FrameCredentials, FramePixels
from ledger.evidence.steps.media import Readers

READERS = Readers(pixels=FramePixels(), credentials=FrameCredentials())
