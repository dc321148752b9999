"""Measurements in, scores, indices, peers and trends out; touches no disk, network or clock."""
