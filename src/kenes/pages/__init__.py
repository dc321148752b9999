"""Turns values into text and drawings: words, numbers, figures, pages and reports."""
