"""Gaps and practices in, recommendations with reasons out; touches no disk, network or clock."""
