"""Spatial indicators from street networks, stops, parks and population, as pure array functions.

Nothing here reads a file: `kenes.sources` turns extracts, feeds and grids into arrays,
`kenes.pipeline.city.measuring` knows the order. All lengths are metres on the WGS 84 ellipsoid.
"""
