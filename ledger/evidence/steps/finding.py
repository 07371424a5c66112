"""What a check of frames and their sources raises."""

from ledger.errors import AlteredEvidenceError


def altered(expected: str, met: str, frame: int | None = None) -> AlteredEvidenceError:
    """What the log says disagrees with itself."""
    advice = "Do not rely on these frames: what the log says of them disagrees."
    if frame is None:
        return AlteredEvidenceError(expected, met=met, advice=advice)
    return AlteredEvidenceError(expected, met=met, advice=advice, frame=frame)
