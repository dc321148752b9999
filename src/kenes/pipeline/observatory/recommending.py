"""Gaps against peers, the practices that fit them, and what an unranked place should bring first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pyarrow as pa

from kenes.catalogue import Catalogue
from kenes.recommendations import gaps_of, needs_of, recommend


def recommend_for(catalogue: Catalogue, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Tables `gaps`, `recommendations` and `needs` of all profiles.

    Args:
        catalogue: what is declared.
        tables: `scores`, `contributions` and `peers`.
    """
    roots = roots_of(catalogue)
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    gains: dict[tuple[str, str, str], float] = {}
    for row in tables["contributions"].select(["index", "place", "node", "weight", "gain"]).to_pylist():
        weights[row["index"]][row["node"]] = row["weight"]
        if row["gain"] is not None:
            gains[row["index"], row["place"], row["node"]] = row["gain"]
    gaps = gaps_of(
        tables["contributions"],
        tables["peers"],
        tables["scores"],
        indicators=set(catalogue.indicators),
        roots=roots,
        gains=gains,
    )
    return {
        "gaps": gaps,
        "recommendations": recommend(gaps, catalogue.practices, citations=u4ssc_of(catalogue)),
        "needs": needs_of(tables["scores"], tables["contributions"], weights, roots=roots),
    }


def roots_of(catalogue: Catalogue) -> dict[str, str]:
    """The root node of each profile."""
    roots = {}
    for profile in catalogue.profiles.values():
        nodes = profile.specification["nodes"]
        roots[profile.id] = next(str(node["id"]) for node in nodes if not node.get("parent"))
    return roots


def u4ssc_of(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Numbers of the U4SSC KPIs that each indicator cites."""
    return {
        definition.id: tuple(c.number for c in definition.citations if c.framework.startswith("U4SSC") and c.number)
        for definition in catalogue.indicators.values()
    }
