"""Keneş: an open observatory and adviser for smart and green cities."""

__version__ = "0.1.0"
