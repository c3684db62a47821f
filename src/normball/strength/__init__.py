"""λ in every dialect: what others call the same strength (docs/design/strength.md).

dialects.py   the table: each way to state a strength, to λ and back
value.py      Strength: one of these statements as a value; said.py reads its keywords
words.py      a strength in words, and from words such as "C=1"
by_path.py    statements whose λ depends on the data (radius, features), and those that are no penalty
"""

from .by_path import BY_PATH, REFUSED, needs_path
from .dialects import BY_NAME, DIALECTS, OMEGA, Dialect, dialects
from .value import Strength, lam_from, read_strength
from .words import in_words, parse_strength

__all__ = [
    "BY_NAME",
    "BY_PATH",
    "DIALECTS",
    "OMEGA",
    "REFUSED",
    "Dialect",
    "Strength",
    "dialects",
    "in_words",
    "lam_from",
    "needs_path",
    "parse_strength",
    "read_strength",
]
