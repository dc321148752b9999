"""Formulas of indicators: arithmetic over named inputs, with units, and with error propagation.

Only numbers, names, `+ - * / **` (a constant power) and brackets are allowed; anything else is
refused when the definition is read.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar, cast

from kenes.vocabulary.errors import NOWHERE, At, DefinitionError, UnitMismatch
from kenes.vocabulary.units import scale

Operation = Callable[[object, object], object]
_add: Operation = operator.add
_subtract: Operation = operator.sub
_multiply: Operation = operator.mul
_divide: Operation = operator.truediv
_power: Operation = operator.pow
_OPERATIONS: Mapping[type[ast.operator], Operation] = MappingProxyType(
    {ast.Add: _add, ast.Sub: _subtract, ast.Mult: _multiply, ast.Div: _divide, ast.Pow: _power}
)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula.

    `names` are its inputs in the order in which they first stand.
    """

    text: str
    tree: ast.expr
    names: tuple[str, ...]

    def evaluate(self, values: Mapping[str, V]) -> V:
        """The value for numbers, arrays or column expressions, all in the inputs' own units."""
        return cast(V, _evaluate(self.tree, values))

    def unit(self, units: Mapping[str, str]) -> str:
        """Unit text of the result.

        Args:
            units: unit text of each input.

        Raises:
            UnitMismatch: terms of a sum have different dimensions or different scale.
        """
        text = _unit(self.tree, units, self.text)
        return "1" if text is None else text

    def slope(self, name: str, values: Mapping[str, V]) -> V | float:
        """Partial derivative by an input, exact by forward differentiation; a number where it is constant."""
        return cast("V | float", _dual(self.tree, values, name)[1])


def parse_formula(text: str, *, where: At = NOWHERE) -> Formula:
    """Parse a formula.

    Raises:
        DefinitionError: not arithmetic over names and numbers.

    >>> parse_formula("births / population * 1000").names
    ('births', 'population')
    """
    try:
        tree = ast.parse(str(text), mode="eval").body
    except SyntaxError as error:
        raise DefinitionError(f"formula {text!r} is not arithmetic", where=where) from error
    names: dict[str, None] = {}
    _check(tree, names, str(text), where)
    return Formula(str(text), tree, tuple(names))


def _check(node: ast.expr, names: dict[str, None], text: str, where: At) -> None:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            if isinstance(op, ast.Pow) and not isinstance(right, ast.Constant):
                raise DefinitionError(f"formula {text!r} has a power that is no number", where=where)
            _check(left, names, text, where)
            _check(right, names, text, where)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _check(operand, names, text, where)
        case ast.Name(id=name):
            names.setdefault(name)
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            pass
        case _:
            raise DefinitionError(
                f"formula {text!r} holds {ast.unparse(node)!r}",
                expected="numbers, input names, + - * / ** and brackets",
                where=where,
            )


def _evaluate(node: ast.expr, values: Mapping[str, object]) -> object:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATIONS[type(op)](_evaluate(left, values), _evaluate(right, values))
        case ast.UnaryOp(operand=operand):
            return _multiply(-1, _evaluate(operand, values))
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=number):
            return number
    raise AssertionError(ast.dump(node))


def _unit(node: ast.expr, units: Mapping[str, str], text: str) -> str | None:
    """Unit text of a sub-formula; None for a bare number, which fits beside any factor."""
    match node:
        case ast.Constant():
            return None
        case ast.Name(id=name):
            return units[name]
        case ast.UnaryOp(operand=operand):
            return _unit(operand, units, text)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _unit(left, units, text), _unit(right, units, text)
            return _combined(op, a, b, right, text)
    raise AssertionError(ast.dump(node))


def _combined(op: ast.operator, a: str | None, b: str | None, right: ast.expr, text: str) -> str | None:
    if isinstance(op, ast.Pow):
        return None if a is None else f"({a})**{ast.literal_eval(right)}"
    if isinstance(op, ast.Add | ast.Sub):
        if scale(a or "1") != scale(b or "1"):
            raise UnitMismatch(f"terms of {text!r} have different units", expected=a or "1", found=b or "1")
        return a or b
    if a is None and b is None:
        return None
    if isinstance(op, ast.Mult):
        return a if b is None else b if a is None else f"({a})*({b})"
    return a if b is None else f"1/({b})" if a is None else f"({a})/({b})"


def _slope(op: ast.operator, a: object, da: object, b: object, db: object) -> object:
    """Slope of an operation from its operands and their slopes; a power is constant."""
    match op:
        case ast.Add() | ast.Sub():
            return _OPERATIONS[type(op)](da, db)
        case ast.Mult():
            return _add(_multiply(da, b), _multiply(a, db))
        case ast.Div():
            return _divide(_subtract(_multiply(da, b), _multiply(a, db)), _power(b, 2))
    return _multiply(_multiply(b, _power(a, _subtract(b, 1))), da)


def _dual(node: ast.expr, values: Mapping[str, object], name: str) -> tuple[object, object]:
    match node:
        case ast.Constant(value=number):
            return number, 0.0
        case ast.Name(id=found):
            return values[found], 1.0 if found == name else 0.0
        case ast.UnaryOp(operand=operand):
            value, slope = _dual(operand, values, name)
            return _multiply(-1, value), _multiply(-1, slope)
        case ast.BinOp(left=left, op=op, right=right):
            (a, da), (b, db) = _dual(left, values, name), _dual(right, values, name)
            return _OPERATIONS[type(op)](a, b), _slope(op, a, da, b, db)
    raise AssertionError(ast.dump(node))
