"""The choice of λ: splits of the rows, held-out scores, rules, and the cross-validation that joins them."""

from .comparison import Compared, compare
from .cross_validation import CrossValidation
from .run import cross_validate_task
from .splits import Split, make_splits

__all__ = ["Compared", "CrossValidation", "Split", "compare", "cross_validate_task", "make_splits"]
