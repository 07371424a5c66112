from decimal import Decimal, getcontext

import numpy as np
import pytest

from pipeline.errors import ToolVersionError
from pipeline.kernels.make_tables import table_files
from pipeline.kernels.tables import ALPHA, DIGESTS, ENC, LIN, ONE, read_table

SHIPPED = {
    "alpha_q15.u16le": ALPHA,
    "enc_srgb_8.u8": ENC,
    "lin_srgb_q16.u16le": LIN,
}


@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_the_shipped_tables_are_what_the_script_makes(name: str) -> None:
    assert SHIPPED[name].tobytes() == table_files()[name]


def test_every_code_survives_the_way_to_light_and_back() -> None:
    assert ENC[LIN].tolist() == list(range(256))


def test_the_ends_are_exact() -> None:
    assert (LIN[0], LIN[255]) == (0, 65535)
    assert (ENC[0], ENC[65535]) == (0, 255)
    assert (ALPHA[0], ALPHA[255]) == (0, ONE)
    assert ALPHA[128] == 16448


def test_tables_rise() -> None:
    assert (np.diff(LIN.astype(int)) > 0).all()
    assert (np.diff(ENC.astype(int)) >= 0).all()
    assert (np.diff(ALPHA.astype(int)) > 0).all()


def test_light_is_the_published_curve_in_decimals() -> None:
    getcontext().prec = 50
    for code, level in enumerate(LIN.tolist()):
        x = Decimal(code) / 255
        exact = x / Decimal("12.92")
        if x > Decimal("0.04045"):
            exact = ((x + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")
        assert abs(exact * 65535 - level) <= Decimal("0.5")


def test_a_damaged_table_stops_the_machine() -> None:
    content = bytearray(table_files()["alpha_q15.u16le"])
    content[7] ^= 1
    with pytest.raises(ToolVersionError):
        read_table("alpha_q15.u16le", bytes(content))


def test_nobody_can_write_to_a_table() -> None:
    assert not any(table.flags.writeable for table in SHIPPED.values())
