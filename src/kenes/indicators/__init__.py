"""Observations and layers in, measurements out; touches no disk, network or clock."""
