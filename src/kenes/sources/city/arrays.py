"""Types of the arrays and shapes that the readers of a city hand out."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Column: TypeAlias = npt.NDArray[np.generic]
"""An attribute of a layer, of whatever type the file has."""
Shape: TypeAlias = BaseGeometry
Shapes: TypeAlias = npt.NDArray[np.object_]
"""Shapely geometries."""
