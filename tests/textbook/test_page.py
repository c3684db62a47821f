"""docs/textbook.md: its Python runs as it stands, and the numbers beside it are what it gives."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

import normball
from normball.textbook import GradientDescent

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "textbook.md").read_text("utf-8")


@pytest.fixture(scope="module")
def names():
    """What all its blocks, run one after the other, leave behind."""
    space: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", normball.ConvergenceWarning)  # λ = 0 on separated rows: the page says so
        for block in re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.S | re.M):
            exec(compile(block, "docs/textbook.md", "exec"), space)
    return space


def test_twenty_steps(names):
    model = names["model"]
    assert model.n_iter_ == 20
    last, before = model.history_[-1], model.history_[-2]
    assert (f"{last.cost:.4f}", f"{last.gap:.2g}") == ("0.1004", "0.1")
    assert before.cost - last.cost < 0.002
    audit = normball.audit(model, names["X"], names["y"])
    assert f"{audit.best.certificate.objective:.3f}" == "0.034"
    assert f"{names['safe_learning_rate'](names['X'], lambd=0.01):.3f}" == "0.602"


def test_decay_factor(names):
    assert f"{names['decay_factor'](learning_rate=0.01, lambd=0.01, m=10_000):.8f}" == "0.99999999"


def test_the_dev_table(names):
    """Line by line; at λ = 0 there is no minimum, and only the verdict is held."""
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGE, flags=re.S | re.M)
    said, found = shown.splitlines(), names["chosen"].dev_table_.summary().splitlines()
    assert said[:6] == found[:6] and said[7] == found[7]
    assert said[6].split()[0] == "0" and found[6].split()[0] == "0" and found[6].split()[-1] == "overfit"
    assert names["chosen"].lambda_ * (~names["held"]).sum() == pytest.approx(1.0)


def test_the_dev_table_by_other_means(names):
    """‖w‖ and losses of the rows of 100, 10 and 1 by the textbook's trainer, and of 0.1 and 0.01 by scipy's BFGS."""
    Z, y, held = names["Z"], names["y"], names["held"]
    inside, outside = (Z[~held], y[~held]), (Z[held], y[held])
    loss = lambda w, X, t: np.mean(np.logaddexp(0, X @ w[1:] + w[0]) - t * (X @ w[1:] + w[0]))
    for row, lambd in zip(names["chosen"].dev_table_.rows, (100, 10, 1, 0.1, 0.01), strict=False):
        if lambd >= 1:
            fit = GradientDescent(0.55, 20000, lambd, tol=1e-9).fit(*inside)
            w = np.append(fit.intercept_, fit.coef_[0])
        else:
            lam = lambd / len(inside[1])
            cost = lambda w, lam=lam: loss(w, *inside) + lam / 2 * w[1:] @ w[1:]
            w = minimize(cost, np.zeros(31), method="L-BFGS-B", options=dict(maxiter=3000, maxfun=10**6, gtol=1e-7)).x
        assert row.norm == pytest.approx(np.linalg.norm(w[1:]), rel=2e-2)
        assert row.train_loss == pytest.approx(loss(w, *inside), rel=2e-2)
        assert row.dev_loss == pytest.approx(loss(w, *outside), rel=2e-2)


def test_early_stopping(names):
    early = names["early"]
    assert 0 < early.best_iteration_ == early.n_iter_ - 10


def test_the_slip_is_named(names):
    assert names["found"].slip == "sum_of_weights"
    assert str(names["found"]).startswith("Slip (sum_of_weights): the cost holds a term with the constant slope 1,")


def test_every_slip_of_the_page_exists():
    """The table of the page and the docstring of the function hold the same names."""
    listed = set(re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.M)) - {"lambd", "slip"}
    assert listed == set(
        re.findall(r'"(\w+)"', normball.textbook.check_gradient.__doc__.split("Slips:")[1].split("\n\n")[0])
    )


def test_steps_and_reads(names):
    """The rows of the last table but the longest: the trainer's steps, the engine's reads, and their ratio."""
    X, y = names["X"], names["y"]
    rows = re.findall(r"^\| ([0-9.]+) \| [0-9.]+ \| (\d+) \| (\d+) \| (\d+) \|$", PAGE, flags=re.M)
    assert [float(row[0]) for row in rows] == [100, 10, 1, 0.1]
    for lambd, steps, reads, ratio in rows:
        assert round(int(steps) / int(reads)) == int(ratio)
        assert normball.solve(X, y, lam=float(lambd) / 569, tol=1e-6).certificate.reads == int(reads)
        if float(lambd) >= 1:
            assert GradientDescent(0.6, 4000, float(lambd), tol=1e-6).fit(X, y).n_iter_ == pytest.approx(
                int(steps), abs=1
            )
    assert (names["steps"], names["reads"]) == (304, 4)
