"""A look over the shoulder of somebody's numpy code: w goes in as an array that reports what is done with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass
class Watched:
    """What was seen, in words; empty where nothing was.  `rows`: the n of the broadcast."""

    broadcast: str = ""
    rows: int = 0
    log_of_zero: str = ""


class _Spy(np.ndarray):
    """An array like any other, whose elementwise operations are noted."""

    notes: Watched | None = None

    def __array_finalize__(self, source):
        self.notes = getattr(source, "notes", None)

    def __array_ufunc__(self, ufunc, method, *args, **kwargs):
        notes = next((a.notes for a in args if isinstance(a, _Spy) and a.notes is not None), None)
        if notes is not None and method == "__call__":
            _note(notes, ufunc, args)
        plain = [a.view(np.ndarray) if isinstance(a, _Spy) else a for a in args]
        if "out" in kwargs:
            kwargs["out"] = tuple(a.view(np.ndarray) if isinstance(a, _Spy) else a for a in kwargs["out"])
        result = getattr(ufunc, method)(*plain, **kwargs)
        return _spying(result, notes) if isinstance(result, np.ndarray) else result


def _spying(array, notes) -> _Spy:
    spy = array.view(_Spy)
    spy.notes = notes
    return spy


def _note(notes: Watched, ufunc, args) -> None:
    shapes = [np.shape(a) for a in args]
    if ufunc in (np.add, np.subtract, np.multiply) and not notes.broadcast:
        flat = next((s[0] for s in shapes if len(s) == 1 and s[0] > 1), 0)
        if flat and (flat, 1) in shapes:
            notes.rows = flat
            notes.broadcast = (
                f"np.{ufunc.__name__} was given shapes {shapes[0]} and {shapes[1]} and made ({flat}, {flat}) of them; "
                "bring both to the same shape, with .ravel() or .reshape(-1, 1)"
            )
    if ufunc in (np.log, np.log2, np.log10) and not notes.log_of_zero:
        zeros = int(np.count_nonzero(np.asarray(args[0]) == 0.0))
        if zeros:
            notes.log_of_zero = f"np.{ufunc.__name__} was given 0 in {zeros} of {np.size(args[0])} entries"


def watched(cost, grad, w) -> Watched:
    """What cost and grad do at w.  Another library, or a copy of w, shows nothing."""
    notes = Watched()
    for function in (cost, grad):
        try:
            with np.errstate(all="ignore"):
                function(_spying(w.copy(), notes))
        except Exception:  # only a spy's trouble: the real call comes next, and raises what it has to
            continue
    return notes
