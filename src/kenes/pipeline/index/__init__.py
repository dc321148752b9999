"""Composite indices on files: read, build, study, write."""
