"""The area within a straight-line distance of stops, for cities without a street network."""

from __future__ import annotations

import numpy as np
import shapely

from kenes.indicators.space.geodesy import Floats, Shape, metres_per_degree

_CORNERS = 64


def reach_area(longitude: Floats, latitude: Floats, radius_m: float) -> Shape:
    """Union of circles around points, in degrees.

    Each circle is a regular polygon of the circle's area, in the metres of its own latitude.

    Args:
        longitude: degrees, shape (point,).
        latitude: degrees.
        radius_m: of every circle.

    Returns:
        A shapely geometry; empty without points.

    >>> reach_area(np.zeros(0), np.zeros(0), 500.0).is_empty
    True
    """
    turn = np.arange(_CORNERS) * 2 * np.pi / _CORNERS
    step = 2 * np.pi / _CORNERS
    radius = radius_m * np.sqrt(step / np.sin(step))
    x_m, y_m = metres_per_degree(np.asarray(latitude, float))
    x = longitude[:, None] + radius * np.cos(turn) / np.asarray(x_m)[:, None]
    y = latitude[:, None] + radius * np.sin(turn) / np.asarray(y_m)[..., None]
    return shapely.union_all(shapely.polygons(np.stack([x, np.broadcast_to(y, x.shape)], axis=-1)))
