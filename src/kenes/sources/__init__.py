"""Turns outside data of one kind into snapshots and observations."""
