"""The steps of a build, from any table to scores and ranks."""
