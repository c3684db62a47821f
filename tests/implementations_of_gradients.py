"""Costs and gradients of logistic regression as people write them: right ones, and each classic slip.

An implementation is (cost, grad, w, what is said of it, name of the slip or None); `everything(seed)` makes them all on
data of that seed.  w[-1] is the bias.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from normball.textbook import check_gradient


class Implementation(NamedTuple):
    name: str
    slip: str | None
    cost: object
    grad: object
    w: np.ndarray
    said: dict  # what the check may be told besides


def everything(seed):
    rng = np.random.default_rng(seed)
    m, p = int(rng.integers(8, 60)), int(rng.integers(1, 9))
    X = np.column_stack([rng.standard_normal((m, p)) * rng.uniform(0.5, 2.0, p) + rng.uniform(-1, 1, p), np.ones(m)])
    y = (rng.random(m) < expit(X @ rng.standard_normal(p + 1))).astype(float)
    y[:2] = 0.0, 1.0
    lambd = float(10.0 ** rng.uniform(-2, 2))
    w = rng.standard_normal(p + 1) * 10.0 ** rng.uniform(-1.0, 0.3)
    weights = np.append(np.ones(p), 0.0)  # 0 at the bias
    s = lambd / m

    def loss(w):
        z = X @ w
        return np.mean(np.logaddexp(0.0, z) - y * z)

    def slope(w):
        return X.T @ (expit(X @ w) - y) / m

    def naive(w):
        a = 1.0 / (1.0 + np.exp(-(X @ w)))
        return -np.mean(y * np.log(a) + (1.0 - y) * np.log(1.0 - a))

    def squares(w):
        return s / 2.0 * np.sum((weights * w) ** 2)

    def column(w):
        return (X @ w).reshape(-1, 1)  # (m, 1), beside y (m,)

    def spread_loss(w):  # (m, m)
        a = expit(column(w))
        return -np.mean(y * np.log(a) + (1.0 - y) * np.log(1.0 - a))

    right, penalty = (lambda w: loss(w) + squares(w)), (lambda w: s * weights * w)
    good = lambda w: slope(w) + penalty(w)
    full = lambda w: s * w
    far = w * (1e4 / np.linalg.norm(w))  # where probabilities round to 0 and 1
    told, bias = dict(lambd=lambd, m=m), dict(bias=-1)

    right_ones = [
        ("right", right, good),
        ("naive logs, moderate w", lambda w: naive(w) + squares(w), good),
        ("(m, 1) throughout", lambda w: np.mean(np.logaddexp(0, column(w)) - y[:, None] * column(w)) + squares(w),
         lambda w: (X.T @ (expit(column(w)) - y[:, None]) / m).ravel() + penalty(w)),
        ("a loop over rows", lambda w: sum(np.logaddexp(0, x @ w) - t * (x @ w) for x, t in zip(X, y, strict=True)) / m
         + squares(w), lambda w: sum((expit(x @ w) - t) * x for x, t in zip(X, y, strict=True)) / m + penalty(w)),
    ]  # fmt: skip
    untold_right_ones = [
        ("no penalty", loss, slope),
        ("a sum, and a sum", lambda w: m * right(w), lambda w: m * good(w)),
        ("L1", lambda w: loss(w) + s * np.abs(weights * w).sum(), lambda w: slope(w) + s * weights * np.sign(w)),
        ("bias penalised on purpose", lambda w: loss(w) + s / 2 * np.sum(w**2), lambda w: slope(w) + s * w),
        ("another penalty, both alike", lambda w: loss(w) + s * np.sum(w**2), lambda w: slope(w) + 2 * s * w),
        ("squared loss", lambda w: np.sum((X @ w - y) ** 2) / (2 * m), lambda w: X.T @ (X @ w - y) / m),
    ]
    wrong = [
        ("sum_of_weights", "lambd * sum(w) in the cost", lambda w: loss(w) + lambd * np.sum(weights * w), good),
        ("sum_of_weights", "lambd/2m sum(w) in the cost", lambda w: loss(w) + s / 2 * np.sum(weights * w), good),
        ("sum_of_weights", "bias too", lambda w: loss(w) + lambd * np.sum(w), good),
        ("sum_of_weights", "constant in the gradient", right, lambda w: slope(w) + s * weights),
        ("factor_two", "2 lambd/m w in the gradient", right, lambda w: slope(w) + 2 * penalty(w)),
        ("factor_two", "half of lambd/m w in the gradient", right, lambda w: slope(w) + penalty(w) / 2),
        ("factor_two", "no half in the cost", lambda w: loss(w) + 2 * squares(w), good),
        ("factor_two", "twice in the loss", right, lambda w: 2 * slope(w) + penalty(w)),
        ("missing_penalty", "none in the gradient", right, slope),
        ("missing_penalty", "none in the cost", loss, good),
        ("missing_mean", "sum in the gradient", right, lambda w: m * slope(w) + penalty(w)),
        ("missing_mean", "sum in all of the gradient", right, lambda w: m * good(w)),
        ("missing_mean", "sum in the cost", lambda w: m * loss(w) + squares(w), good),
        ("missing_mean", "lambd w in the gradient", right, lambda w: slope(w) + m * penalty(w)),
        ("missing_mean", "lambd/2 w² in the cost", lambda w: loss(w) + m * squares(w), good),
        ("sign", "y - a", right, lambda w: penalty(w) - slope(w)),
        ("sign", "uphill", right, lambda w: -good(w)),
        ("sign", "minus the penalty", right, lambda w: slope(w) - penalty(w)),
        ("sign", "no minus before the log-likelihood", lambda w: squares(w) - loss(w), good),
        ("bias_penalised", "in the gradient", right, lambda w: slope(w) + full(w)),
        ("bias_penalised", "in the cost", lambda w: loss(w) + s / 2 * np.sum(w**2), good),
        ("broadcast", "in the cost", lambda w: spread_loss(w) + squares(w), good),
        ("broadcast", "in the cost, of a copy of w", lambda w: spread_loss(np.array(w)) + squares(np.array(w)),
         lambda w: good(np.array(w))),
        ("broadcast", "in the gradient: (p, m)", right, lambda w: X.T @ (expit(column(w)) - y) / m),
        ("broadcast", "in the gradient, averaged", right,
         lambda w: (X.T @ (expit(column(w)) - y)).mean(axis=1) / m + penalty(w)),
        ("broadcast", "in both", lambda w: spread_loss(w) + squares(w),
         lambda w: (X.T @ (expit(column(w)) - y)).mean(axis=1) / m + penalty(w)),
    ]  # fmt: skip
    blind = {"in both"}  # seen only by who knows m
    made = [Implementation(name, None, cost, grad, w, said) for name, cost, grad in right_ones
            for said in ({}, told, told | bias)]  # fmt: skip
    made += [Implementation(name, None, cost, grad, w, {}) for name, cost, grad in untold_right_ones]
    made += [
        Implementation(name, slip, cost, grad, w, said)
        for slip, name, cost, grad in wrong
        for said in ({}, told, told | bias)
        if said or name not in blind
    ]
    made += [
        Implementation("log(0)", "log_of_zero", lambda w: naive(w) + squares(w), good, far, {}),
        Implementation("log(0), told", "log_of_zero", lambda w: naive(w) + squares(w), good, far, told),
        Implementation("2 in both", "factor_two", lambda w: loss(w) + 2 * squares(w),
                       lambda w: slope(w) + 2 * penalty(w), w, told),
        Implementation("no 1/m in both", "missing_mean", lambda w: m * loss(w) + squares(w),
                       lambda w: m * slope(w) + penalty(w), w, told),
        Implementation("lambd w in both", "missing_mean", lambda w: loss(w) + m * squares(w),
                       lambda w: slope(w) + m * penalty(w), w, told),
        Implementation("none in both", "missing_penalty", loss, slope, w, told),
        Implementation("bias in both", "bias_penalised", lambda w: loss(w) + s / 2 * np.sum(w**2),
                       lambda w: slope(w) + full(w), w, told | bias),
    ]  # fmt: skip
    at_zero = np.zeros(p + 1)
    made += [one._replace(w=at_zero, name=one.name + ", w = 0") for one in made if one.slip != "log_of_zero"
             and not one.name.startswith("L1")]  # fmt: skip
    return made


def complaints(seed):
    """Implementations that were called by another name than their own, in words."""
    for one in everything(seed):
        with np.errstate(all="ignore"):
            found = check_gradient(one.cost, one.grad, one.w, **one.said)
        if found.slip != one.slip or found.ok != (one.slip is None) or bool(found) != found.ok:
            yield f"seed {seed}, {one.name}, told {sorted(one.said)}: {one.slip} was called {found.slip}. {found}"
