"""Reads the maps, feeds, grids and layers of one city."""
