"""The address under which the tutorials import COINr's reader."""

from kenes.comparison.declared.coin import from_coin

__all__ = ["from_coin"]
