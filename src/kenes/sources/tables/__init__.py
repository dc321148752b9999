"""Reads one table of outside data by its mapping."""
