"""How strings and numbers are spelled in the report."""

from __future__ import annotations

import math

from ..pages import visible

LONGEST = 80  # characters of a name; the model file has the rest


def shorten(text: str, limit: int = LONGEST) -> str:
    """Its beginning and its end, where it is longer than the limit."""
    if len(text) <= limit:
        return text
    tail = limit // 3
    return f"{text[: limit - tail - 1]}…{text[-tail:]}"


def name(text: str, limit: int = LONGEST) -> str:
    """A column, level or file as the report spells it."""
    return shorten(visible(text), limit) if text else "(no name)"


def clip(text: str, limit: int) -> str:
    """A sentence, as it is seen, no longer than the limit."""
    return shorten(visible(text), limit)


def quoted(text: str) -> str:
    """A column in the middle of a sentence."""
    return f"“{name(text, 60)}”"


def number(x: float | None, digits: int = 3) -> str:
    """A few digits, a true minus sign; 1,234,567 for large whole numbers."""
    if x is None or math.isnan(x):
        return "–"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    whole = float(x).is_integer() and abs(x) < 1e15
    return _minus(f"{int(x):,}" if whole and abs(x) >= 1000 else f"{x:.{digits}g}")


def tiny(x: float) -> str:
    """A gap: below 1e-16 its digits are no more than rounding."""
    return "< 1e−16" if x < 1e-16 else number(x, 2)


def _minus(text: str) -> str:
    """1e-08 as 1e−8, with a true minus sign."""
    return text.replace("e-0", "e-").replace("e+0", "e+").replace("-", "−")


def fixed(x: float | None, digits: int = 3) -> str:
    """So many decimals."""
    return "–" if x is None or math.isnan(x) else f"{x:.{digits}f}".replace("-", "−")


def decimals(error: float) -> int:
    """How many decimals a number with this standard error deserves: 3, or more where the error would read 0.000."""
    return 3 if not 0.0 < error < 0.001 else min(6, 1 - math.floor(math.log10(error)))


def percent(x: float | None, digits: int = 1) -> str:
    """A share between 0 and 1; what is neither 0 nor 1 never looks like it."""
    if x is None or math.isnan(x):
        return "–"
    if x in (0.0, 1.0):
        return f"{100 * x:.0f} %"
    least = 10.0**-digits
    if 0.0 < 100 * x < least / 2:
        return f"< {least:g} %"
    if 0.0 < 100 * (1 - x) < least / 2:
        return f"> {100 - least:g} %"
    return f"{100 * x:.{digits}f} %".replace("-", "−")


def count(x: float) -> str:
    """Rows, or a sum of weights."""
    return f"{round(x):,}" if abs(x - round(x)) < 1e-9 * max(1.0, abs(x)) else f"{x:,.1f}"


def odds(log_odds: float) -> str:
    """exp(log_odds) as an odds ratio, also where it does not fit into a float."""
    if math.isnan(log_odds):
        return "–"
    if math.isinf(log_odds):
        return "∞" if log_odds > 0.0 else "0"
    if abs(log_odds) > 700.0:
        return _minus(f"10^{log_odds / math.log(10):.0f}")
    ratio = math.exp(log_odds)
    if 1e-3 <= ratio < 99999.5:
        return f"{ratio:.2f}" if 0.1 <= ratio < 10.0 else f"{ratio:,.0f}" if ratio >= 1000.0 else f"{ratio:.3g}"
    return _minus(f"{ratio:.1e}")


def agree(n: int, one: str, many: str) -> str:
    """`3 rows`, `1 row`."""
    return f"{n:,} {one if n == 1 else many}"
