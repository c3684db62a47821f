"""Data frames and series of any library, through narwhals, which is imported when the first one comes."""

from __future__ import annotations

import numpy as np

from ..errors import InputError, TypeInputError

__all__ = ["column_names", "is_frame", "is_sparse", "open_frame", "strange_columns", "to_array", "to_matrix"]


PLAIN = (np.ndarray, list, tuple)  # what needs no look at other libraries


def is_sparse(X) -> bool:
    """Whether X is a SciPy sparse matrix or array."""
    if isinstance(X, PLAIN):
        return False
    from scipy.sparse import issparse

    return issparse(X)


def is_frame(X) -> bool:
    """Whether X is a pandas, polars, arrow ... table that is in memory."""
    if isinstance(X, PLAIN):
        return False
    from narwhals.dependencies import is_into_dataframe

    return is_into_dataframe(X)


def to_array(values, name: str) -> np.ndarray:
    """A list, a series, a frame of one column, or anything numpy can read, as an array of whatever kind it is."""
    if isinstance(values, np.ma.MaskedArray):
        raise InputError(f"{name} is a masked array: fill its masked entries first, or drop those rows.")
    if isinstance(values, np.ndarray):
        return np.asarray(values)
    if is_sparse(values):
        raise TypeInputError(f"{name} is a sparse matrix, where an array is needed: give {name}.toarray().")
    if not isinstance(values, (list, tuple)):
        import narwhals as nw

        if nw.dependencies.is_into_series(values):
            return nw.from_native(values, series_only=True).to_numpy()
        if nw.dependencies.is_into_dataframe(values):
            return open_frame(values, name).to_numpy()
        if nw.dependencies.is_polars_lazyframe(values):
            raise TypeInputError(f"{name} is a lazy frame, which holds no data yet: give {name}.collect().")
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as problem:
        raise InputError(f"{name} cannot be read as an array, are its rows of one length? {problem}") from problem


def open_frame(X, name: str):
    """X as a narwhals frame whose column names are all different."""
    import narwhals as nw
    from narwhals.exceptions import DuplicateError

    try:
        frame = nw.from_native(X, eager_only=True)
        _ = frame.columns  # raises on duplicates
    except DuplicateError as problem:
        told = " ".join(str(problem).replace("\n", " ").split())
        raise InputError(f"{name} has duplicate column names: {told}. Rename or drop them first.") from problem
    return frame


def column_names(frame, name: str) -> tuple[str, ...] | None:
    """The names where they are strings; None where none is (pandas numbers its columns when it gets no names)."""
    names = tuple(frame.columns)
    strings = [isinstance(c, str) for c in names]
    if any(strings) and not all(strings):
        other = names[strings.index(False)]
        raise TypeInputError(
            f"{name} has column names of several types, {other!r} ({type(other).__name__}) beside strings. "
            f"Rename them, for example {name}.columns = {name}.columns.astype(str)."
        )
    return names if names and all(strings) else None


def strange_columns(frame) -> dict[object, str]:
    """The columns that hold neither numbers, nor bools, nor Python objects, each with its type in words."""
    import narwhals as nw

    strange = {c: t for c, t in frame.schema.items() if not (t.is_numeric() or t in (nw.Boolean, nw.Object))}
    if frame.implementation.is_pandas_like():  # there the library's own word tells more
        own = dict(zip(frame.columns, frame.to_native().dtypes, strict=True))
        return {c: str(own[c] if t == nw.Unknown else t) for c, t in strange.items()}
    return {c: str(t) for c, t in strange.items()}


def to_matrix(frame, convert_objects) -> np.ndarray:
    """(n, p), without a copy where the frame is one block of floats; else filled type by type, missing values as NaN.

    convert_objects(values, column name) turns Python objects into floats.
    """
    import narwhals as nw

    floats, narrow = {nw.Float64(), nw.Float32(), nw.Float16()}, {nw.Float32(), nw.Float16()}
    schema = frame.schema
    kinds = set(schema.values())
    if len(kinds) == 1 and kinds <= floats:
        return frame.to_numpy()
    out = np.empty(frame.shape, np.float32 if kinds and kinds <= narrow else np.float64, order="F")
    for kind in kinds:
        places = [j for j, t in enumerate(schema.values()) if t == kind]
        if kind == nw.Object:
            for j in places:
                out[:, j] = convert_objects(frame[:, j].to_numpy(), frame.columns[j])
            continue
        values = frame[:, places].to_numpy()
        if values.dtype.kind not in "fiub":  # decimals, bools with gaps
            values = frame[:, places].select(nw.all().cast(nw.Float64)).to_numpy()
        out[:, places] = values
    return out
