"""Vector layers of the map: boundaries and base map of the observatory, points of the other places."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kenes.vocabulary.facts import Place

_LAKES = ("lake", "water")


@dataclass(frozen=True, slots=True)
class MapLayer:
    """One layer as the bytes that are sent."""

    plain: bytes
    packed: bytes
    etag: str


class MapLayers:
    """Layers by name: `boundaries`, `points`, `basemap`.

    Args:
        directory: the observatory's folder, with `boundaries/` and `basemap/`; None for none.
        places: all places; those without a boundary become points.
    """

    names = ("boundaries", "points", "basemap")

    def __init__(self, directory: Path | None, places: Iterable[Place]) -> None:
        self._directory, self._places = directory, tuple(places)

    def get(self, name: str) -> MapLayer | None:
        """The layer of a name, or None."""
        if name not in self.names:
            return None
        layer: MapLayer = getattr(self, name)
        return layer

    @cached_property
    def _areas(self) -> list[dict[str, Any]]:
        known = {place.id for place in self._places}
        return [f for _, f in self._features("boundaries") if (f.get("properties") or {}).get("place") in known]

    @cached_property
    def boundaries(self) -> MapLayer:
        """Areas with the properties `place` and `kind`; the largest kinds first, so that smaller ones lie on top."""
        order = {"country": 0, "group": 0, "region": 1, "province": 2, "city": 3, "district": 4}
        kinds = {place.id: place.kind for place in self._places}
        features = [_bare(f, place=f["properties"]["place"], kind=kinds[f["properties"]["place"]]) for f in self._areas]
        features = [f for f in features if f["properties"]["kind"] != "country"]
        return _layer(sorted(features, key=lambda f: order.get(kinds[f["properties"]["place"]], 2)))

    @cached_property
    def points(self) -> MapLayer:
        """Cities and other places that have a position but no boundary."""
        drawn = {f["properties"]["place"] for f in self._areas}
        return _layer(
            [
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
                    "properties": {"place": place.id},
                }
                for place in self._places
                if place.longitude is not None and place.id not in drawn and place.kind not in ("country", "group")
            ]
        )

    @cached_property
    def basemap(self) -> MapLayer:
        """Land and lakes under the places; the property `layer` is `land` or `lakes`."""
        features = []
        for name, feature in self._features("basemap"):
            if feature["geometry"] and "Polygon" in feature["geometry"]["type"] and "urban" not in name:
                lakes = any(word in name for word in _LAKES)
                features.append(_bare(feature, layer="lakes" if lakes else "land"))
        return _layer(features)

    def _features(self, folder: str) -> Iterable[tuple[str, dict[str, Any]]]:
        if self._directory is None:
            return
        for path in sorted((self._directory / folder).glob("*.*json")):
            for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
                if feature.get("geometry"):
                    yield path.stem.lower(), feature


def _bare(feature: dict[str, Any], **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "geometry": feature["geometry"], "properties": properties}


def _layer(features: list[dict[str, Any]]) -> MapLayer:
    document = {"type": "FeatureCollection", "features": features}
    plain = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return MapLayer(plain, gzip.compress(plain, 6, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:20]}"')
