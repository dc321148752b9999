"""Keeps snapshots, observations, measurements, publications and contributions."""
