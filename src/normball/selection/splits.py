"""Splits of the rows into training and held-out rows, and the cells that they make.

A cell is a set of rows that every split treats alike; sums are kept per cell and added for a split.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..inputs import Inputs, class_numbers
from ..inputs.frames import to_array
from ..inputs.values import read_number

CELLS = 64
"""Splits are solved together as long as they make no more cells than this."""


@dataclass(frozen=True)
class Split:
    """train, test (n,) bool: rows that are fitted, rows that are held out; they need not be all rows."""

    train: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class Group:
    """Splits that are solved together: cells (n,) int, train and test (cells, S) bool, and their numbers."""

    cells: np.ndarray
    train: np.ndarray
    test: np.ndarray
    numbers: tuple[int, ...]


def make_splits(data: Inputs, cv: Any, *, repeats=1, groups=None, seed=0, X=None, y=None) -> list[Split]:
    """The splits that `cv` asks for (see `cross_validate`), checked: every class to train on, rows to hold out."""
    n, target = len(data.y), class_numbers(data.y, data.classes)
    repeats = int(read_number(repeats, "repeats", "a whole number >= 1", lambda v: v >= 1 and v == int(v)))
    members = None if groups is None else _labels(groups, n, "groups")
    number = isinstance(cv, (int, np.integer)) and not isinstance(cv, bool)
    if repeats > 1 and not number:
        raise InputError("repeats draws the folds anew, so it needs cv as a number of folds. Leave repeats out.")
    if number:
        rng = np.random.default_rng(
            int(read_number(seed, "seed", "a whole number >= 0", lambda v: v >= 0 and v == int(v)))
        )
        if data.regression:
            target = np.zeros(n, int)  # nothing to stratify by
        draws = [_draw(target, int(cv), members, rng, not data.regression) for _ in range(repeats)]
        splits = [_of_fold(folds, k) for folds in draws for k in range(int(cv))]
    elif not isinstance(cv, (str, bytes)) and hasattr(cv, "split"):  # a splitter, whosoever
        rows = np.zeros((n, 1)) if X is None else X
        splits = [_of_rows(n, *pair) for pair in cv.split(rows, y, groups)]  # pyright: ignore
    elif isinstance(cv, np.ndarray) or (
        isinstance(cv, (list, tuple)) and all(isinstance(v, (int, np.integer)) for v in cv)
    ):
        splits = _of_numbers(np.asarray(cv), n)
    elif isinstance(cv, (str, bytes, bool)) or not hasattr(cv, "__iter__"):
        raise InputError(
            f"cv={cv!r} must be a number of folds, fold numbers, one for each row, a splitter, or pairs "
            "(training rows, test rows)."
        )
    else:
        splits = [_of_rows(n, *pair) for pair in cv]  # pyright: ignore
    if not splits:
        raise InputError(f"cv={cv!r} makes no split at all.")
    for k, split in enumerate(splits):
        _check(data, split, k)
    return splits


def _labels(values, n: int, name: str) -> np.ndarray:
    labels = to_array(values, name)
    if labels.shape != (n,):
        raise InputError(f"{name} has shape {labels.shape}, but must be ({n},): one label for each row of X.")
    return np.unique(labels, return_inverse=True)[1]


def _draw(target: np.ndarray, folds: int, members, rng, classes: bool = True) -> np.ndarray:
    """Fold numbers (n,): each class, in random order, is dealt out in turn; groups are dealt whole, largest first."""
    n = len(target)
    most = n if members is None else int(members.max()) + 1
    if not 2 <= folds <= most:
        what = "rows" if members is None else "groups"
        raise InputError(f"cv={folds} folds of {most} {what} cannot be made: give a number from 2 to {most}.")
    sizes = np.bincount(target)
    if members is not None:
        return _deal_groups(target, members, folds, rng)
    least = int(sizes[sizes > 0].min())
    if least < 2 and classes:
        raise InputError(
            f"One class has only {least} row{'s' * (least != 1)}: a fold that holds it out has none to train on. "
            "Give more rows of it, or fit without cross-validation."
        )
    order = np.concatenate([rng.permutation(np.flatnonzero(target == k)) for k in reversed(range(len(sizes)))])
    numbers = np.empty(n, int)
    numbers[order] = np.arange(n) % folds
    return numbers


def _deal_groups(target, members, folds: int, rng) -> np.ndarray:
    """Each group to the fold that it makes most even in all classes."""
    count = int(members.max()) + 1
    sizes = np.stack(
        [np.bincount(members, weights=target == k, minlength=count) for k in range(int(target.max()) + 1)], axis=1
    )
    total, held = sizes.sum(0), np.zeros((folds, sizes.shape[1]))
    place = np.empty(count, int)
    shuffled = rng.permutation(count)
    for g in shuffled[np.argsort(-sizes[shuffled].sum(1), kind="stable")]:
        uneven = [
            (((held + (np.arange(folds) == k)[:, None] * sizes[g]) / np.maximum(total, 1)).std(0)).sum()
            for k in range(folds)
        ]
        place[g] = int(np.argmin(uneven))
        held[place[g]] += sizes[g]
    return place[members]


def _of_fold(numbers: np.ndarray, k: int) -> Split:
    test = numbers == k
    return Split(~test, test)


def _of_numbers(numbers: np.ndarray, n: int) -> list[Split]:
    if numbers.shape != (n,) or numbers.dtype.kind not in "iu":
        raise InputError(
            f"cv is an array of shape {numbers.shape} and type {numbers.dtype}: fold numbers must be ({n},) integers, "
            "one for each row of X; a negative one is never held out."
        )
    return [_of_fold(numbers, k) for k in np.unique(numbers[numbers >= 0])]


def _of_rows(n: int, train, test) -> Split:
    masks = []
    for name, rows in (("training", train), ("held-out", test)):
        rows, mask = np.asarray(rows), np.zeros(n, bool)
        if rows.dtype == bool and rows.shape == (n,):
            mask = rows.copy()
        elif (
            rows.ndim == 1
            and (rows.dtype.kind in "iu" or not rows.size)
            and (not rows.size or -n <= rows.min() <= rows.max() < n)
        ):
            mask[rows.astype(int)] = True
            if mask.sum() < len(rows):
                raise InputError(f"A {name} set names some rows twice. Give such rows a larger weight instead.")
        else:
            raise InputError(f"A {name} set must be row numbers from 0 to {n - 1}, or a mask of {n} bools.")
        masks.append(mask)
    return Split(*masks)


def _check(data: Inputs, split: Split, k: int) -> None:
    used, held = split.train & (data.weight > 0.0), split.test & (data.weight > 0.0)
    y = data.y[used]
    if data.classes is not None and len(data.classes) > 2:
        sums = np.bincount(y.astype(int), data.weight[used], len(data.classes))
        if len(y) and not sums.all():
            raise InputError(
                f"The training rows of split {k} hold no row of the class "
                f"{data.classes.tolist()[int(np.argmin(sums))]!r}: its intercept has no finite value there. Use fewer "
                "folds, or folds that are stratified by class (cv as a number)."
            )
        both = bool(len(y))
    elif data.regression:
        both = bool(len(y))
    else:
        both = bool(len(y)) and (data.weight[used] @ y) > 0.0 and (data.weight[used] @ (1.0 - y)) > 0.0
    if not both:
        only = (
            f"only the class {data.classes.tolist()[int(y[0] >= 0.5)]!r}"
            if len(y) and data.classes is not None
            else "one class only"
        )
        raise InputError(
            f"The training rows of split {k} hold {only if len(y) else 'no row of positive weight'}: no model can be "
            "fitted there. Use fewer folds, or folds that are stratified by class (cv as a number)."
        )
    if not held.any():
        raise InputError(f"Split {k} holds out no row of positive weight, so nothing judges it. Leave it out.")


def together(splits: list[Split]) -> list[Group]:
    """Groups of splits with at most CELLS cells each, in their order."""
    groups: list[Group] = []
    codes, mine = np.zeros(len(splits[0].train), np.int64), []
    for number, split in enumerate(splits):
        state = split.train + 2 * split.test.astype(np.int64)
        joined = np.unique(codes * 4 + state, return_inverse=True)[1]
        if mine and joined.max() >= CELLS:
            groups.append(_group(codes, splits, mine))
            joined, mine = np.unique(state, return_inverse=True)[1], []
        codes, mine = joined.astype(np.int64), [*mine, number]
    groups.append(_group(codes, splits, mine))
    return groups


def _group(cells: np.ndarray, splits: list[Split], mine: list[int]) -> Group:
    first = np.unique(cells, return_index=True)[1]
    train = np.column_stack([splits[k].train[first] for k in mine])
    test = np.column_stack([splits[k].test[first] for k in mine])
    return Group(cells, train, test, tuple(mine))
