"""Formulas are arithmetic with units; nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.catalogue.formulas import parse_formula
from kenes.vocabulary.errors import DefinitionError, UnitMismatch
from kenes.vocabulary.units import factor, scale


def test_a_formula_gives_value_unit_and_slope() -> None:
    formula = parse_formula("births / population * 1000")
    assert formula.evaluate({"births": 30.0, "population": 2000.0}) == 15.0
    unit = formula.unit({"births": "event", "population": "person"})
    assert factor(unit, "event/(1000*person)") == pytest.approx(1000)
    assert formula.slope("births", {"births": 30.0, "population": 2000.0}) == 0.5


FORBIDDEN = ["__import__('os')", "a.b", "a if b else c", "a ** b", "a[0]", "f(a)", "True", "'x'", "a +"]


@pytest.mark.parametrize("text", FORBIDDEN)
def test_anything_but_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"formula .* (holds|is not arithmetic|has a power)"):
        parse_formula(text)


def test_apples_and_pears_are_not_added() -> None:
    with pytest.raises(UnitMismatch, match="terms of 'a \\+ b' have different units: expected EUR, found KZT"):
        parse_formula("a + b").unit({"a": "EUR", "b": "KZT"})


def test_kilometres_and_metres_are_not_added_without_a_factor() -> None:
    with pytest.raises(UnitMismatch):
        parse_formula("a + b").unit({"a": "km", "b": "m"})


@given(a=st.floats(1, 1e6), b=st.floats(1, 1e6), c=st.floats(1, 1e6))
def test_slopes_agree_with_a_finite_difference(a: float, b: float, c: float) -> None:
    formula, step = parse_formula("(a - b) / c * 3 + a ** 2 / b"), 1e-6
    values = {"a": a, "b": b, "c": c}
    for name, value in values.items():
        up = formula.evaluate({**values, name: value * (1 + step)})
        down = formula.evaluate({**values, name: value * (1 - step)})
        terms = abs((a - b) / c * 3) + a**2 / b
        steep = pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-4 * terms)
        assert formula.slope(name, values) * value == steep


def test_percent_is_a_hundredth_and_a_rate_keeps_its_person() -> None:
    assert factor("percent", "1") == 0.01
    assert factor("1/person", "1/(100000*person)") == pytest.approx(1e5)
    with pytest.raises(UnitMismatch):
        factor("1/person", "1")
    assert scale("PPS/person") != scale("EUR/person")
    with pytest.raises(UnitMismatch, match="unit 'ug/m\\^' is not known"):
        scale("ug/m^")
