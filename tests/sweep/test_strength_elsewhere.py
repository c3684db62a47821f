"""XGBoost's gblinear and torch's optimisers at their own number, where they are installed (dev.py sweep does).

Where one is missing, a sentence says so on stderr, and its rule is still compared with a loop written here.
"""

from __future__ import annotations

import importlib
import json
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from scipy.special import expit

import normball
from normball import Strength

N, P = 200, 4


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(N, P))
    return X, (X @ [1.0, -1.0, 0.5, 0.0] + rng.normal(size=N) > 0).astype(float), rng.uniform(0.3, 2.0, size=N)


def distance(found, data, lam, l1_ratio=0.0, weight=None) -> float:
    """Largest of any coefficient (intercept last), from the certified solution."""
    X, y, _ = data
    ours = normball.solve(X, y, lam=lam, l1_ratio=l1_ratio, sample_weight=weight, tol=1e-13)
    return np.abs(found - np.append(ours.coef, ours.intercept)).max()


def missing(program: str, capfd) -> None:
    with capfd.disabled():
        words = f"{program} is not installed: its dialect was NOT compared with its own fit."
        print(f"\n{words}", file=sys.__stderr__, flush=True)


if find_spec("xgboost"):

    @pytest.mark.parametrize("weighted", [False, True], ids=["rows", "weights"])
    @pytest.mark.parametrize("l1_ratio", [0.0, 1.0, 0.4])
    def test_gblinear(data, l1_ratio, weighted):
        """1000 rounds of coordinate descent in float32, printed with 6 digits: 2e-6.  A mixture is two numbers."""
        xgboost = importlib.import_module("xgboost")
        X, y, weight = data
        weight = weight if weighted else None
        n = N if weight is None else weight.sum()
        rows = xgboost.DMatrix(X, label=y, weight=weight)
        asked = {"lambda": (1 - l1_ratio) * 0.05, "alpha": l1_ratio * 0.05, "booster": "gblinear", "eta": 1.0}
        asked |= {"objective": "binary:logistic", "updater": "coord_descent", "base_score": 0.5, "nthread": 1}
        model = json.loads(xgboost.train(asked, rows, num_boost_round=1000).get_dump(dump_format="json")[0])
        found = np.append(model["weight"], model["bias"])
        strength = {0.0: Strength(xgb_lambda=0.05), 1.0: Strength(xgb_alpha=0.05)}.get(l1_ratio, Strength(lam=0.05))
        assert distance(found, data, strength, l1_ratio, weight) <= 2e-6
        for wrong in (0.05 / n, 0.025, 0.1):
            assert distance(found, data, wrong, l1_ratio, weight) > 1e-2

else:

    def test_without_xgboost_its_rule_is_written_here(data, capfd):
        """Coordinate Newton steps on Σ ℓ, with lambda times the sum of the weights (its DenormalizePenalties)."""
        missing("xgboost", capfd)
        X, y, weight = data
        A, w, lam = np.c_[X, np.ones(N)], np.zeros(P + 1), np.r_[np.full(P, 0.05 * weight.sum()), 0.0]
        for _ in range(500):
            for j in range(P + 1):
                p = expit(A @ w)
                w[j] -= (A[:, j] @ (weight * (p - y)) + lam[j] * w[j]) / (
                    (weight * p * (1 - p)) @ A[:, j] ** 2 + lam[j]
                )
        assert distance(w, data, Strength(xgb_lambda=0.05), weight=weight) <= 1e-9


if find_spec("torch"):

    def trained(data, optimizer: str, rates: list[float], steps: int, **asked) -> np.ndarray:
        """Full-batch steps in float64 with weight_decay on the coefficients alone; one rate after another."""
        torch = importlib.import_module("torch")
        torch.set_num_threads(1)  # threads cost more than 200 rows
        X, y, _ = (torch.tensor(part) for part in data)
        w, b = (torch.zeros(size, dtype=torch.float64, requires_grad=True) for size in (P, 1))
        for rate in rates:
            groups = [{"params": [w], "weight_decay": 0.05}, {"params": [b], "weight_decay": 0.0}]
            step = getattr(torch.optim, optimizer)(groups, lr=rate, **asked)
            for _ in range(steps):
                step.zero_grad()
                torch.nn.functional.binary_cross_entropy_with_logits(X @ w + b, y).backward()
                step.step()
        return np.append(w.detach().numpy(), b.detach().numpy())

    @pytest.mark.parametrize("asked", [dict(), dict(momentum=0.9), dict(momentum=0.9, nesterov=True)], ids=str)
    def test_weight_decay_of_SGD(data, asked):
        """To 1e-9; half and twice the number are far off."""
        found = trained(data, "SGD", [0.5], 3000, **asked)
        assert distance(found, data, Strength(weight_decay=0.05)) <= 1e-9
        assert min(distance(found, data, wrong) for wrong in (0.025, 0.1)) > 1e-2

    def test_weight_decay_of_Adam(data):
        """Coupled: the same penalty, to 1e-6."""
        found = trained(data, "Adam", [0.05, 0.01, 0.001, 0.0001], 1500)
        assert distance(found, data, Strength(weight_decay=0.05)) <= 1e-6

    def test_AdamW_is_no_penalty(data):
        """It stops away from the solutions of every λ, from a fifth of the number it was given to twenty times it."""
        found = trained(data, "AdamW", [0.05, 0.01, 0.001, 0.0001], 1500)
        assert min(distance(found, data, lam) for lam in np.geomspace(0.01, 1.0, 50)) > 1e-2

else:

    def test_without_torch_its_rule_is_written_here(data, capfd):
        """SGD with momentum as torch documents it: g += weight_decay·w, buffer = μ·buffer + g, w -= lr·buffer."""
        missing("torch", capfd)
        X, y, _ = data
        w, b, speed = np.zeros(P), 0.0, np.zeros(P + 1)
        for _ in range(3000):
            r = (expit(X @ w + b) - y) / N
            speed = 0.9 * speed + np.append(X.T @ r + 0.05 * w, r.sum())
            w, b = w - 0.5 * speed[:P], b - 0.5 * speed[P]
        assert distance(np.append(w, b), data, Strength(weight_decay=0.05)) <= 1e-9
