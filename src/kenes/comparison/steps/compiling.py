"""Inner loops are compiled by numba, which is loaded by those who import this module."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """A function compiled when it is first called, kept on disk, and run without the lock of the interpreter.

    Its annotations are for readers and type checkers; numba takes the types that it is called with.
    """
    machine: Function = njit(cache=True, nogil=True)(function)
    return machine
