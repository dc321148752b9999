"""Benefit of the doubt: each place scored with the weights that suit it best.

The plain model of Melyn and Moesen (1991) and Cherchye et al. (2007, Social Indicators Research 82, 111-145),
as a linear programme per place: largest w.y_o with w.y_j at most 1 for every place j and w at least 0. Its
dual has one row for each indicator, so it is solved by a revised simplex over places as columns, started from
the redundant columns "best value of one indicator, nothing else", which are always feasible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.settings import AggregateSettings
from kenes.vocabulary.errors import BadInput, DefinitionError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Frontier:
    """Scores (place,), weights (place, indicator), and how much of each peer makes the target (place, place).

    `targets` are the values on the frontier that a place is measured against, shape (place, indicator).
    """

    scores: Floats
    weights: Floats
    peers: Floats
    targets: Floats


def benefit_of_the_doubt(
    values: Floats, *, lower: float | None = None, upper: float | None = None, reference: Floats | None = None
) -> Frontier:
    """Benefit-of-the-doubt scores, with bounds on each indicator's share of the score where given.

    Args:
        values: shape (place, indicator), zero or more, each indicator with a value above zero; complete.
        lower: least share of each indicator in a place's own score.
        upper: greatest share of each indicator.
        reference: places that span the frontier, shape (place, indicator); `values` by default.

    Returns:
        Scores in (0, 1], 1 on the frontier, with weights, peers and targets.

    Raises:
        BadInput: a negative or missing value, or an indicator of zeros.
        DefinitionError: bounds that no weights can keep.

    >>> benefit_of_the_doubt(np.array([[1.0, 4.0], [4.0, 1.0], [2.0, 2.0]])).scores.round(6).tolist()
    [1.0, 1.0, 0.8]
    """
    seen = values if reference is None else reference
    _check(values, seen, lower, upper)
    from kenes.comparison.steps.simplex import best_weights  # noqa: PLC0415 - numba is loaded when wanted

    top: Floats = seen.max(axis=0)
    units = np.ascontiguousarray(seen / top)
    own = np.ascontiguousarray(values / top)
    low, high = -1.0 if lower is None else float(lower), -1.0 if upper is None else float(upper)
    scores, weights, peers, failed = best_weights(own, units, low, high)
    for place in np.flatnonzero(failed).tolist():
        scores[place], weights[place], peers[place] = _by_highs(own[place], units, lower, upper)
    with np.errstate(divide="ignore", invalid="ignore"):
        targets = np.where(scores[:, None] > 0, peers @ units / scores[:, None], np.nan)  # at zero any target would do
    return Frontier(scores, weights / top, peers, targets * top)


def _by_highs(own: Floats, units: Floats, lower: float | None, upper: float | None) -> tuple[float, Floats, Floats]:
    """One programme by HiGHS, where the simplex of our own did not settle."""
    from scipy.optimize import linprog  # noqa: PLC0415 - the solver is loaded when wanted

    rows = [units]
    if lower is not None:
        rows.append(lower * own[None] - np.diag(own))
    if upper is not None:
        rows.append(np.diag(own) - upper * own[None])
    limits = np.concatenate([np.ones(len(units)), *(np.zeros(len(own)) for _ in rows[1:])])
    found = linprog(-own, A_ub=np.vstack(rows), b_ub=limits, bounds=(0, None), method="highs")
    if found.status != 0 or found.x is None or found.fun is None:
        raise DefinitionError("benefit of the doubt", expected="a solution", found=found.message)
    return -found.fun, found.x, -found.ineqlin.marginals[: len(units)]


def _check(values: Floats, seen: Floats, lower: float | None, upper: float | None) -> None:
    if not np.isfinite(values).all() or (values < 0).any():
        raise BadInput(
            "benefit of the doubt",
            expected="complete values of zero or more",
            found="missing or negative values",
            mend="Normalise to a scale from zero and impute, or choose another aggregation.",
        )
    if np.less_equal(seen.max(axis=0), 0).any():
        raise BadInput(
            "benefit of the doubt",
            expected="a value above zero in each indicator",
            found="only zeros",
            mend="Raise the low end of the normalisation.",
        )
    size = values.shape[1]
    if (lower or 0) * size > 1 + 1e-12 or (upper is not None and upper * size < 1 - 1e-12):
        raise DefinitionError(
            "share bounds",
            expected=f"lower at most 1/{size} and upper at least 1/{size}",
            found=f"{lower}, {upper}",
            mend="Widen the bounds.",
        )


def _check_rows(values: Floats, method: str) -> None:
    if np.less_equal(values.max(axis=1), 0).any():
        raise BadInput(
            method,
            expected="a value above zero for each place",
            found="a place with zeros only",
            mend="Raise the low end of the normalisation.",
        )


def common_weights(values: Floats) -> tuple[Floats, Floats]:
    """One set of weights for all: the largest sum of scores with no score above 1.

    Returns:
        Scores (place,) and weights (indicator,).

    Source:
        Kao and Hung (2005), J. Operational Research Society 56, 1196-1203, in its linear form.
    """
    _check(values, values, None, None)
    from scipy.optimize import linprog  # noqa: PLC0415 - the solver is loaded when wanted

    gain: Floats = values.sum(axis=0)
    found = linprog(-gain, A_ub=values, b_ub=np.ones(len(values)), bounds=(0, None), method="highs")
    weights = np.asarray(found.x)
    return values @ weights, weights


def directional(values: Floats, direction: Floats | None = None) -> Floats:
    """Scores 1 / (1 + b), b the furthest a place can go in a direction without leaving the frontier.

    b is the largest with sum(l_j y_j) at least y_o + b g, sum(l_j) = 1 and l at least 0.

    Args:
        values: shape (place, indicator), as in `benefit_of_the_doubt`.
        direction: g in the unit of the values, shape (indicator,); the place's own values by default, which gives
            the scores of the plain model.

    Source:
        Fusco (2015), Social Indicators Research 124, 1-17, on the directional distance of Chambers et al. (1996).
    """
    _check(values, values, None, None)
    from scipy.optimize import linprog  # noqa: PLC0415 - the solver is loaded when wanted

    n, m = values.shape
    if direction is None:
        _check_rows(values, "bod_directional")
    elif direction.shape != (m,) or (direction < 0).any() or not direction.any():
        raise DefinitionError(
            "bod_directional",
            expected=f"a direction of {m} numbers of zero or more, one of them above",
            found=str(direction.tolist()),
            mend="Give one number for each indicator.",
        )
    scores = np.empty(n)
    for place in range(n):
        way: Floats = values[place] if direction is None else direction
        below = np.column_stack([way, -values.T])
        found = linprog(
            np.array([-1.0, *np.zeros(n)]),
            A_ub=below,
            b_ub=-values[place],
            A_eq=np.array([[0.0, *np.ones(n)]]),
            b_eq=[1.0],
            bounds=(0, None),
            method="highs",
        )
        scores[place] = 1 / (1 - float(np.asarray(found.fun)))
    return scores


def order_m(values: Floats, m: int) -> Floats:
    """Scores against the expected best of m places drawn with replacement, in closed form; may exceed 1.

    For place o, q_j = min over indicators of y_j / y_o; the expectation of the greatest of m draws of q is a
    sum over its order statistics, so that no drawing is needed.

    Source:
        Cazals, Florens and Simar (2002), J. Econometrics 106, 1-25; Daraio and Simar (2005), J. Productivity
        Analysis 24, 93-121.
    """
    _check(values, values, None, None)
    _check_rows(values, "bod_order_m")
    if m < 1:
        raise DefinitionError("order", expected="at least 1", found=str(m))
    n = len(values)
    step = np.diff((np.arange(n + 1) / n) ** m)
    scores = np.empty(n)
    for place in range(n):
        own: Floats = values[place]
        used = own > 0
        reach: Floats = (values[:, used] / own[used]).min(axis=1)
        scores[place] = 1 / (np.sort(reach) @ step)
    return scores


def score(values: Floats, method: str, settings: AggregateSettings) -> Floats:
    """Scores of one node; places with a missing child stay missing. Values of shape (child, place)."""
    complete = np.isfinite(values).all(axis=0)
    found = np.full(values.shape[1], np.nan)
    if not complete.any():
        return found
    table = np.ascontiguousarray(values[:, complete].T)
    if method == "bod":
        lower, upper = settings.get("lower"), settings.get("upper")
        found[complete] = benefit_of_the_doubt(table, lower=lower, upper=upper).scores
    elif method == "bod_common":
        found[complete] = common_weights(table)[0]
    elif method == "bod_directional":
        way = settings.get("direction")
        found[complete] = directional(table, None if way is None else np.asarray(way, dtype=float))
    else:
        found[complete] = order_m(table, int(settings.get("order", max(2, round(len(table) / 2)))))
    return found
