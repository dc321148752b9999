"""Compiled loops over street graphs; imported only when a graph is built.

Priority queues are plain binary heaps in arrays with outdated entries skipped, which on
street graphs (three edges a node) is faster than any heap that can lower a key.
"""

from __future__ import annotations

from threading import Lock

import numpy as np
from numba import njit, prange

from kenes.indicators.space.geodesy import Floats, Ints
from kenes.indicators.space.packed import Frame, Grid, Junctions, Places


@njit(cache=True)
def contract(indptr, incident, start, end, length, is_junction):  # type: ignore[no-untyped-def]
    """Join segments between junctions into chains.

    Args:
        indptr: rows of `incident`, shape (node + 1,).
        incident: segments that touch a node, shape (2 * segment,).
        start: node at the start of a segment, shape (segment,).
        end: node at its end.
        length: metres, shape (segment,).
        is_junction: nodes where chains end, shape (node,); rings without one receive one here.

    Returns:
        chain of each segment, metres from the start of the chain to the segment's own start,
        +1 or -1 for its direction, and first node, last node and length of each chain.
    """
    n_segments = start.shape[0]
    chain = np.full(n_segments, -1, np.int64)
    offset = np.zeros(n_segments)
    sign = np.ones(n_segments, np.int8)
    first = np.empty(n_segments, np.int64)
    last = np.empty(n_segments, np.int64)
    total = np.empty(n_segments)
    count = 0
    for ring in range(2):
        for node in range(indptr.shape[0] - 1):
            if ring == 0 and not is_junction[node]:
                continue
            for k in range(indptr[node], indptr[node + 1]):
                segment = incident[k]
                if chain[segment] >= 0:
                    continue
                is_junction[node] = True
                here, gone = node, 0.0
                while True:
                    chain[segment] = count
                    if start[segment] == here:
                        offset[segment], sign[segment] = gone, 1
                        here = end[segment]
                    else:
                        offset[segment], sign[segment] = gone + length[segment], -1
                        here = start[segment]
                    gone += length[segment]
                    if is_junction[here]:
                        break
                    following = incident[indptr[here]]
                    if following == segment:
                        following = incident[indptr[here] + 1]
                    segment = following
                first[count], last[count], total[count] = node, here, gone
                count += 1
    return chain, offset, sign, first[:count], last[:count], total[:count]


@njit(cache=True, inline="always")
def _push(keys, items, size, key, item):  # type: ignore[no-untyped-def]
    position = size
    while position > 0:
        parent = (position - 1) >> 1
        if keys[parent] <= key:
            break
        keys[position] = keys[parent]
        items[position] = items[parent]
        position = parent
    keys[position] = key
    items[position] = item
    return size + 1


@njit(cache=True, inline="always")
def _pop(keys, items, size):  # type: ignore[no-untyped-def]
    size -= 1
    key, item = keys[size], items[size]
    position = 0
    while True:
        child = 2 * position + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[position] = keys[child]
        items[position] = items[child]
        position = child
    keys[position] = key
    items[position] = item
    return size


@njit(cache=True)
def spread(indptr, neighbour, weight, seeds, seed_distance, limit):  # type: ignore[no-untyped-def]
    """Distance of every junction from the nearest of several seeds, up to a limit.

    Args:
        indptr: rows of `neighbour`, shape (junction + 1,).
        neighbour: junctions next to a junction.
        weight: metres to them.
        seeds: junctions to start from, shape (seed,).
        seed_distance: metres already gone there, shape (seed,).
        limit: metres; beyond it the distance is infinite.

    Returns:
        Metres, shape (junction,).
    """
    n = indptr.shape[0] - 1
    distance = np.full(n, np.inf)
    keys = np.empty(neighbour.shape[0] + seeds.shape[0] + 1)
    items = np.empty(keys.shape[0], np.int64)
    size = 0
    for k in range(seeds.shape[0]):
        if seed_distance[k] <= limit and seed_distance[k] < distance[seeds[k]]:
            distance[seeds[k]] = seed_distance[k]
            size = _push(keys, items, size, seed_distance[k], seeds[k])
    while size > 0:
        key, node = keys[0], items[0]
        size = _pop(keys, items, size)
        if key > distance[node]:
            continue
        for k in range(indptr[node], indptr[node + 1]):
            candidate = key + weight[k]
            if candidate <= limit and candidate < distance[neighbour[k]]:
                distance[neighbour[k]] = candidate
                size = _push(keys, items, size, candidate, neighbour[k])
    return distance


@njit(cache=True)
def along(chain, offset, chain_first, chain_last, chain_length, distance, rows, source_offset, source_extra):  # type: ignore[no-untyped-def]
    """Distance of positions on chains, by either end or directly to a source on the same chain.

    Args:
        chain: shape (position,); -1 where a position is unknown.
        offset: metres from the start of the chain.
        chain_first: junction at the start of each chain.
        chain_last: junction at its end.
        chain_length: metres.
        distance: metres at each junction.
        rows: shape (chain + 1,), where the sources of a chain begin.
        source_offset: metres from the start of the chain, sorted by chain.
        source_extra: metres from the source to the street.

    Returns:
        Metres, shape (position,), infinite where out of reach.
    """
    result = np.full(chain.shape[0], np.inf)
    for k in range(chain.shape[0]):
        c = chain[k]
        if c < 0:
            continue
        best = min(distance[chain_first[c]] + offset[k], distance[chain_last[c]] + chain_length[c] - offset[k])
        for s in range(rows[c], rows[c + 1]):
            best = min(best, abs(source_offset[s] - offset[k]) + source_extra[s])
        result[k] = best
    return result


@njit(cache=True)
def grid_rows(x0, y0, x1, y1, west, south, size_x, size_y, columns, lines):  # type: ignore[no-untyped-def]
    """Sort segments into the squares of a grid that their boxes touch.

    Args:
        x0: degrees east of the start of each segment, likewise the next three.
        y0: degrees north of the start.
        x1: degrees east of the end.
        y1: degrees north of the end.
        west: origin of the grid.
        south: origin of the grid.
        size_x: width of a square in degrees.
        size_y: height of a square in degrees.
        columns: number of squares eastwards.
        lines: number of squares northwards.

    Returns:
        Rows and the segments in them.
    """
    rows = np.zeros(columns * lines + 1, np.int64)
    held = np.empty(0, np.int32)
    for turn in range(2):
        for s in range(x0.shape[0]):
            a = max(0, min(columns - 1, int((min(x0[s], x1[s]) - west) / size_x)))
            b = max(0, min(columns - 1, int((max(x0[s], x1[s]) - west) / size_x)))
            c = max(0, min(lines - 1, int((min(y0[s], y1[s]) - south) / size_y)))
            d = max(0, min(lines - 1, int((max(y0[s], y1[s]) - south) / size_y)))
            for j in range(c, d + 1):
                for i in range(a, b + 1):
                    square = j * columns + i
                    if turn == 0:
                        rows[square + 1] += 1
                    else:
                        rows[square] -= 1
                        held[rows[square]] = s
        if turn == 0:
            for square in range(columns * lines):
                rows[square + 1] += rows[square]
            held = np.empty(rows[columns * lines], np.int32)
            for square in range(columns * lines):
                rows[square] = rows[square + 1]
    return rows, held


@njit(cache=True, inline="always")
def _foot(grid, s, at):  # type: ignore[no-untyped-def]
    """Share of a segment from its start at which a point's foot lies on it, and metres to it."""
    ay, by = grid.y0[s] - at.y, grid.y1[s] - at.y
    ax = (grid.x0[s] - at.x) * (at.east + at.bend * ay / 2)
    dx = (grid.x1[s] - at.x) * (at.east + at.bend * by / 2) - ax
    ay, dy = ay * at.north, (by - ay) * at.north
    square_length = dx * dx + dy * dy
    t = 0.0
    if square_length > 0:
        t = min(1.0, max(0.0, -(ax * dx + ay * dy) / square_length))
    return t, np.sqrt((ax + t * dx) ** 2 + (ay + t * dy) ** 2)


@njit(cache=True, inline="always")
def _nearest_in_square(grid, square, at, best, segment, share):  # type: ignore[no-untyped-def]
    """The best so far, or a nearer usable segment of one square; of two as near, the one with the lower number."""
    for k in range(grid.rows[square], grid.rows[square + 1]):
        s = grid.held[k]
        if not grid.usable[s]:
            continue
        t, d = _foot(grid, s, at)
        if d < best or (d == best and (segment < 0 or s < segment)):
            best, segment, share = d, s, t
    return best, segment, share


@njit(cache=True, inline="always")
def _nearest_to(grid, at, limit):  # type: ignore[no-untyped-def]
    """Nearest usable segment to one point: squares in rings around it, until no further ring can hold a nearer one."""
    step = min(grid.size_x * at.east, grid.size_y * at.north)
    ci = int(np.floor((at.x - grid.west) / grid.size_x))
    cj = int(np.floor((at.y - grid.south) / grid.size_y))
    best, segment, share = limit, -1, 0.0
    beyond = max(-ci, ci - grid.columns + 1, -cj, cj - grid.lines + 1)
    for ring in range(max(0, beyond), int(limit / step) + 3):
        if (ring - 1) * step > best:
            break
        for j in range(max(0, cj - ring), min(grid.lines - 1, cj + ring) + 1):
            rim = ring == 0 or j == cj - ring or j == cj + ring
            i = ci - ring
            while i <= ci + ring:
                if 0 <= i < grid.columns:
                    square = j * grid.columns + i
                    best, segment, share = _nearest_in_square(grid, square, at, best, segment, share)
                i += 1 if rim else 2 * ring
    return best, segment, share


@njit(cache=True, parallel=True)
def _nearest(px, py, east, bend, north, grid, limit):  # type: ignore[no-untyped-def]
    """Nearest usable segment to each point, in a flat frame laid at the point itself.

    Args:
        px: degrees east, shape (point,).
        py: degrees north.
        east: metres per degree of longitude at each point.
        bend: change of `east` per degree of latitude.
        north: metres per degree of latitude.
        grid: segments in squares, a `Grid`.
        limit: metres; further segments are not found.

    Returns:
        Segment (-1: none), share of the segment from its start, metres away.
    """
    n = px.shape[0]
    segment = np.full(n, -1, np.int64)
    share = np.zeros(n)
    away = np.full(n, np.inf)
    for p in prange(n):
        if np.isfinite(px[p]) and np.isfinite(py[p]):
            best, s, t = _nearest_to(grid, Frame(px[p], py[p], east[p], bend[p], north[p]), limit)
            if s >= 0:
                segment[p], share[p], away[p] = s, t, best
    return segment, share, away


@njit(cache=True, inline="always")
def _search(streets, origin, limit, distance, touched, keys, items):  # type: ignore[no-untyped-def]
    """Distances of the junctions within a limit of one; `touched` names them, and their number is returned."""
    distance[origin] = 0.0
    touched[0], reached = origin, 1
    size = _push(keys, items, 0, 0.0, origin)
    while size > 0:
        key, node = keys[0], items[0]
        size = _pop(keys, items, size)
        if key > distance[node]:
            continue
        for k in range(streets.rows[node], streets.rows[node + 1]):
            candidate = key + streets.metres[k]
            other = streets.neighbour[k]
            if candidate <= limit and candidate < distance[other]:
                if distance[other] == np.inf:
                    touched[reached] = other
                    reached += 1
                distance[other] = candidate
                size = _push(keys, items, size, candidate, other)
    return reached


@njit(cache=True, inline="always")
def _add_places(streets, places, chain, from_start, from_end, total):  # type: ignore[no-untyped-def]
    """Add the places of one chain that lie within so many metres of one of its ends."""
    for s in range(places.rows[chain], places.rows[chain + 1]):
        if places.offset[s] <= from_start or streets.chain_length[chain] - places.offset[s] <= from_end:
            for v in range(places.values.shape[1]):
                total[v] += places.values[s, v]


@njit(cache=True, parallel=True)
def _neighbourhoods(origins, streets, limit, node_values, places, lanes):  # type: ignore[no-untyped-def]
    """Sums of what lies within a walking distance of each origin junction.

    Args:
        origins: junctions, shape (origin,).
        streets: graph of junctions, a `Junctions`.
        limit: metres.
        node_values: shape (junction, value), counted when the junction is in reach.
        places: what lies along streets, a `Places`, counted when it is in reach.
        lanes: number of parallel workers.

    Returns:
        Sums at junctions and sums at places.
    """
    n = streets.rows.shape[0] - 1
    at_nodes = np.zeros((origins.shape[0], node_values.shape[1]))
    at_places = np.zeros((origins.shape[0], places.values.shape[1]))
    for lane in prange(lanes):
        distance = np.full(n, np.inf)
        seen = np.full(streets.chain_length.shape[0], -1, np.int64)
        touched = np.empty(n, np.int64)
        keys = np.empty(streets.neighbour.shape[0] + 1)
        items = np.empty(streets.neighbour.shape[0] + 1, np.int64)
        for o in range(lane, origins.shape[0], lanes):
            reached = _search(streets, origins[o], limit, distance, touched, keys, items)
            for r in range(reached):
                node = touched[r]
                for v in range(node_values.shape[1]):
                    at_nodes[o, v] += node_values[node, v]
                for k in range(streets.rows[node], streets.rows[node + 1]):
                    c = streets.chain[k]
                    if seen[c] == o:
                        continue
                    seen[c] = o
                    end = streets.chain_last[c]
                    start = node if end != node else streets.neighbour[k]
                    _add_places(streets, places, c, limit - distance[start], limit - distance[end], at_places[o])
            for r in range(reached):
                distance[touched[r]] = np.inf
    return at_nodes, at_places


_ONE_AT_A_TIME = Lock()
"""Compiled loops that use every core: where the machine has no OpenMP, two at once would end the process."""


def nearest(
    px: Floats, py: Floats, east: Floats, bend: Floats, north: Floats, grid: Grid, limit: float
) -> tuple[Ints, Floats, Floats]:
    """`_nearest`, by one thread at a time."""
    with _ONE_AT_A_TIME:
        found: tuple[Ints, Floats, Floats] = _nearest(px, py, east, bend, north, grid, limit)
    return found


def neighbourhoods(
    origins: Ints, streets: Junctions, limit: float, node_values: Floats, places: Places, lanes: int
) -> tuple[Floats, Floats]:
    """`_neighbourhoods`, by one thread at a time."""
    with _ONE_AT_A_TIME:
        sums: tuple[Floats, Floats] = _neighbourhoods(origins, streets, limit, node_values, places, lanes)
    return sums
