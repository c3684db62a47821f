"""TableEncoder: data frames in, numbers out, as a scikit-learn transformer over tables/."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from ..errors import InputError, TypeInputError
from ..inputs.matrix import check_shape
from ..tables import MISSING, Encoder, infer_schema, open_table
from ..tables.frames import ArrayTable
from .callbacks import CallbackSupportMixin, Reports, with_callbacks

__all__ = ["TableEncoder"]


class TableEncoder(CallbackSupportMixin, TransformerMixin, BaseEstimator):
    """Encode a table of mixed columns as numbers: the encoder that the command line uses.

    Numbers stay, with the mean for missing values and a column that says where they were; truth values (also yes/no,
    t/f …) become 0 and 1; words become one column for each level but the most frequent, the reference, with rare levels
    pooled; dates become days, month, weekday, hour.  Constant and identifier-like columns and free text are set aside,
    each with a sentence (`sentences()`).

    Parameters
    ----------
    max_levels : int         levels of a category, at most; rarer ones are pooled in "(other)"
    min_count : int or None  rows that a level needs, not to be pooled; None: 10, fewer in a table of less than 200 rows
    missing : tuple of str   words that stand for a missing value in text
    drop : tuple of str      columns that are not used
    keep : tuple of str      columns that are used even if they look like identifiers

    Attributes
    ----------
    schema_                  what each column is: `tables.Schema`, a plain value that goes to JSON and back
    reference_               {column: the level that the others are measured against}
    set_aside_               [(column, kind, sentence)]
    n_features_in_, feature_names_in_

    A frame's columns are matched by name, in any order; an array's by place, under the names x0, x1 …
    """

    def __init__(self, *, max_levels=50, min_count=None, missing=MISSING, drop=(), keep=()):
        self.max_levels = max_levels
        self.min_count = min_count
        self.missing = missing
        self.drop = drop
        self.keep = keep

    @with_callbacks
    def fit(self, X, y=None):
        """Learn what the columns of X are; y is not looked at.

        Raises
        ------
        InputError               no table, an infinite value, or no column left to use
        """
        reports = Reports(self, X, y, None)
        table = _table(X)
        schema = infer_schema(
            table, drop=self.drop, keep=self.keep, missing=self.missing,
            max_levels=self.max_levels, min_count=self.min_count,
        )  # fmt: skip
        encoder = Encoder(schema)
        if not encoder.names:
            said = " ".join(encoder.sentences()) or "Found array with 0 feature(s) while a minimum of 1 is required."
            rows = "" if schema.rows > 1 else " The table has n_samples = 1 (1 sample), which shows no differences."
            raise InputError(f"No column of the table is left to learn from. {said}{rows}")
        validate_data(self, X, skip_check_array=True)  # n_features_in_, feature_names_in_
        self.schema_, self._encoder = schema, encoder
        self.reference_, self.set_aside_ = encoder.reference, encoder.set_aside
        reports.end()
        return self

    def transform(self, X):
        """X as (n_samples, n_encoded) float64, without missing values.

        Raises
        ------
        InputError               columns missing or extra, of another type than at the fit, or with unknown levels
        """
        check_is_fitted(self)
        table = _table(X)
        if isinstance(table, ArrayTable) or not hasattr(self, "feature_names_in_"):
            validate_data(self, X, reset=False, skip_check_array=True)
            names = getattr(self, "feature_names_in_", None)
            if isinstance(table, ArrayTable) and names is not None:
                table = ArrayTable(table.array, tuple(names))
        blocks = [self._encoder.encode(chunk) for chunk in table.chunks()]
        return np.concatenate(blocks) if len(blocks) != 1 else blocks[0]

    def get_feature_names_out(self, input_features=None):
        """Names of the encoded columns: `age`, `age (missing)`, `sex=male`, `day (month)`."""
        check_is_fitted(self)
        _check_feature_names_in(self, input_features)
        return np.asarray(self._encoder.names, dtype=object)

    def sentences(self) -> list[str]:
        """What was done to the columns: set aside, imputed, pooled, reference levels, dates."""
        check_is_fitted(self)
        return self._encoder.sentences()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def _table(X):
    """X as a table: a frame with its names, an array or a list of rows with x0, x1 …"""
    from ..inputs import frames

    if frames.is_sparse(X):
        raise TypeInputError("Sparse data was passed for X, but a TableEncoder reads dense tables: give X.toarray().")
    if not isinstance(X, (np.ndarray, list, tuple)) and frames.is_frame(X):
        table = open_table(X)
        if not table.names:
            raise InputError(
                f"Found array with 0 feature(s) (shape=({table.rows}, 0)) while a minimum of 1 is required."
            )
        if not table.rows:
            raise InputError("Found array with 0 sample(s) in the table while a minimum of 1 is required.")
        return table
    if not isinstance(X, np.ndarray):
        X = np.asarray(X) if hasattr(X, "__array__") else np.asarray(X, dtype=object)
    if X.dtype.kind == "c":
        raise InputError(f"Complex data not supported: X has dtype {X.dtype}.")
    if isinstance(X, np.ma.MaskedArray):
        raise InputError("X is a masked array: fill its masked entries with NaN first, X.filled(np.nan).")
    check_shape(X.shape, "X")
    if X.shape[1] == 0:
        raise InputError(f"Found array with 0 feature(s) (shape={X.shape}) while a minimum of 1 is required.")
    return ArrayTable(X)
