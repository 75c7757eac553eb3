"""Numbers as people type and read them: sums, commas, a true minus sign, units."""

from __future__ import annotations

import ast
import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MINUS = "\u2212"
_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_CLOSE = ("×", "°")  # units that follow their number without a space
_LONGEST = 80  # characters; deeper nesting than that is not a number someone meant


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of a number and how it is shown.

    Attributes:
        minimum: lowest value.
        maximum: highest value.
        step: what one arrow key moves.
        decimals: digits shown after the point.
        signed: positive values carry a plus sign.
        unit: written after the number.
    """

    minimum: float
    maximum: float
    step: float = 0.01
    decimals: int = 2
    signed: bool = False
    unit: str = ""

    @property
    def fine(self) -> float:
        """The smallest move: a tenth of a step, but whole numbers stay whole."""
        return self.step / 10 if self.decimals else max(1.0, self.step / 10)

    def clamp(self, value: float) -> float:
        """The nearest value in range."""
        return min(max(self.minimum, value), self.maximum)  # in this order NaN is the minimum

    def snap(self, value: float) -> float:
        """The nearest multiple of the finest step in range, free of rounding dust."""
        return self.clamp(round(round(value / self.fine) * self.fine, 10))

    def fraction(self, value: float) -> float:
        """Where a value lies between the ends, 0 to 1."""
        span = self.maximum - self.minimum
        return (self.clamp(value) - self.minimum) / span if span else 0.0

    def at(self, fraction: float) -> float:
        """The value at a place between the ends."""
        return self.snap(self.minimum + fraction * (self.maximum - self.minimum))

    def text(self, value: float) -> str:
        """The value as shown: ``+1.2``, ``−0.35``, ``31 %``."""
        digits = f"{abs(value):.{self.decimals}f}"
        is_zero = not any(digit in "123456789" for digit in digits)
        sign = "" if is_zero else MINUS if value < 0 else "+" if self.signed else ""
        gap = " " if self.unit and self.unit not in _CLOSE else ""
        return f"{sign}{digits}{gap}{self.unit}"

    def parse(self, text: str) -> float:
        """The value someone typed, put into range.

        Raises:
            ValueError: the text is neither a number nor a sum.
        """
        bare = text.strip()
        if self.unit and bare.endswith(self.unit):
            bare = bare[: -len(self.unit)]
        return self.clamp(calculate(bare))


def calculate(text: str) -> float:
    """The value of a number or a sum such as ``0.7+0.1``; commas count as points.

    Raises:
        ValueError: anything but numbers, + - * / and parentheses.
    """
    if len(text) > _LONGEST:
        raise ValueError("too long for a number")
    plain = text.replace(MINUS, "-").replace(",", ".").strip()
    try:
        value = _value(ast.parse(plain, mode="eval").body)
    except (SyntaxError, ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"{text!r} is not a number") from error
    if math.isnan(value):  # what is too large for a number, less as much
        raise ValueError(f"{text!r} is not a number")
    return value


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _value(inner)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left), _value(right))
    raise ValueError("only numbers, + - * / and parentheses")
