"""Runs the stages in their order and writes what they return."""
