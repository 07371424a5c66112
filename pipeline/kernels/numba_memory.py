"""Arrays by their address, so that one compiled kernel serves any number of layers.

numba compiles anew for every combination of argument types; a list of layers of which
some have mattes of 8 bits, some of 16 and some none would be hundreds. Addresses go
in as numbers instead. An array of this kind is not counted either: counting its users
would cost more than a span of 64 pixels.

Who makes addresses keeps the arrays alive and of the stated size. That is
`pipeline.kernels.numba_backend` only, from arrays that passed the gate.
"""

from typing import Any

from numba import types
from numba.core.extending import intrinsic
from numba.np.numpy_support import carray

from pipeline.kernels.numba_cache import part

_carray: Any = carray
_c_pointer: Any = types.CPointer


def _pointer(item: Any) -> Any:  # noqa: ANN401  # numba's own types
    def typed(_typing: Any, _address: Any) -> Any:  # noqa: ANN401
        signature = _c_pointer(item)(types.int64)

        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            kind = context.get_value_type(signature.return_type)
            return builder.inttoptr(arguments[0], kind)

        return signature, build

    return intrinsic(typed)


_to_8 = _pointer(types.uint8)
_to_16 = _pointer(types.uint16)
_to_i32 = _pointer(types.int32)
_to_u32 = _pointer(types.uint32)
_to_i64 = _pointer(types.int64)


@part
def bytes_at(address: int, size: int) -> Any:  # noqa: ANN401  # an array
    """Samples of 8 bits from an address."""
    return _carray(_to_8(address), size)


@part
def words_at(address: int, size: int) -> Any:  # noqa: ANN401  # an array
    """Samples of 16 bits from an address."""
    return _carray(_to_16(address), size)


@part
def ints_at(address: int, size: int) -> Any:  # noqa: ANN401  # an array
    """Numbers of 32 bits from an address."""
    return _carray(_to_i32(address), size)


@part
def unsigned_at(address: int, size: int) -> Any:  # noqa: ANN401  # an array
    """Numbers of 32 bits without sign from an address."""
    return _carray(_to_u32(address), size)


@part
def longs_at(address: int, size: int) -> Any:  # noqa: ANN401  # an array
    """Numbers of 64 bits from an address."""
    return _carray(_to_i64(address), size)
