"""The page of a measured city."""
