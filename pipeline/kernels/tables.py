"""The frozen tables: sRGB to light and back, and 8-bit mattes to Q15.

They are files with their digests here, not formulas: `pow` differs between C
libraries, and one code value of difference is another picture. They never
change; another transfer curve is another file and another `picture/n`.
"""

import hashlib
from importlib.resources import files
from typing import Any, Final, TypeAlias

import numpy as np

from pipeline.errors import ToolVersionError

Table: TypeAlias = np.ndarray[tuple[int], np.dtype[Any]]

ONE: Final = 32768
"""Full coverage in Q15."""

DIGESTS: Final[dict[str, str]] = {
    "alpha_q15.u16le": (
        "7bbbd57e6f10dcc76a582ba36e0dd800e3d78464bd90c4a28fe31929e53c8df4"
    ),
    "enc_srgb_8.u8": (
        "02387f3d0fb18f89bd923d54abccebc15685f8587ac91b4f4e2ddd8b3e953b83"
    ),
    "lin_srgb_q16.u16le": (
        "fdb7af3c01815a2118db8e50aac3c2304205ccc3f381f8976c588642c1aa60b6"
    ),
}
"""File name → SHA-256; what a run states as its tables."""


def read_table(name: str, content: bytes) -> Table:
    """Turn a table's bytes into an array that nobody can write to.

    Raises:
        ToolVersionError: the bytes are not those that this version was made
            with, so that no pixel can be computed on this machine.
    """
    if hashlib.sha256(content).hexdigest() != DIGESTS[name]:
        raise ToolVersionError(
            "the table with the digest in the code",
            met="other bytes",
            advice="Install Jangbu again; a table on this machine is damaged.",
            where=name,
            table=name,
        )
    kind = "<u2" if name.endswith(".u16le") else "u1"
    return np.frombuffer(content, kind)


def _shipped(name: str) -> Table:
    return read_table(name, files(__package__).joinpath("data", name).read_bytes())


LIN: Final[Table] = _shipped("lin_srgb_q16.u16le")
"""256 × uint16: 8-bit sRGB code → light, 0 to 65535."""

ENC: Final[Table] = _shipped("enc_srgb_8.u8")
"""65,536 × uint8: light → 8-bit sRGB code; `ENC[LIN[c]] == c`."""

ALPHA: Final[Table] = _shipped("alpha_q15.u16le")
"""256 × uint16: 8-bit matte → coverage, 0 to 32768."""
