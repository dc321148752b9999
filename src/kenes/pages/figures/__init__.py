"""Figures as SVG text, the same on a page, in a report and on a slide."""
