"""Loops over pixels, compiled: where whole-array operations would read and write memory ten times for one answer.

A compiled function is written for one pixel, block or line as its paper puts it, and Numba makes machine code of it
(Lam, Pitrou and Seibert, "Numba: a LLVM-based Python JIT compiler", 2015). The code is kept on disk, so only the first
run of a new installation waits for the compiler. Floating point stays exact (no fastmath): sums, products, quotients
and roots give the same bytes on every machine; only `exp` and `log` are the machine's own. A division by zero gives
infinity or no number, as in NumPy: a test before each would keep the loop from taking many pixels at once. The
interpreter's lock is let go, so threads render side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function of arrays and numbers at its first call, and keep the code where that is possible."""
    try:
        return cast(Function, numba.njit(function, cache=True, nogil=True, error_model="numpy"))
    except RuntimeError:  # nowhere to keep it: a read-only installation, and no home
        return cast(Function, numba.njit(function, nogil=True, error_model="numpy"))


def inlined(function: Function) -> Function:
    """Compile a formula of numbers into every compiled loop that calls it, so that the loop can take many at once."""
    return cast(Function, numba.njit(function, nogil=True, error_model="numpy", forceinline=True))
