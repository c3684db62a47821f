"""`normball translate`, and `--lambda` in every dialect."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cli.tables import numbers, write_csv
from normball.cli import main
from normball.files import load_model
from normball.strength import DIALECTS, Strength


def call(capfd, *words):
    code = main(list(words))
    out, err = capfd.readouterr()
    return code, out, err


@pytest.mark.parametrize("name", [dialect.name for dialect in DIALECTS])
def test_table(name, capfd):
    """The printed numbers and the JSON are those of Strength.in_all."""
    code, out, err = call(capfd, "translate", f"{name}=0.5", "--n", "1000")
    assert (code, err) == (0, "")
    values = Strength(**{name: 0.5}).in_all(1000)
    rows = {line.split()[0]: line.split()[1] for line in out.splitlines()[3 : 3 + len(values)]}
    assert rows == {key: f"{value:.6g}" for key, value in values.items()}
    assert all(len(line) <= 120 for line in out.splitlines())
    code, out, _ = call(capfd, "translate", "--n", "1000", f"{name}=0.5", "--json")
    assert json.loads(out)["dialects"] == values


def test_mixtures_batches_and_fading(capfd):
    facts = json.loads(call(capfd, "translate", "C=1", "--n", "50", "--l1-ratio", "0.5", "--json")[1])
    assert facts["l1_ratio"] == 0.5 and facts["dialects"] == {
        "lam": 0.02,
        "C": 1.0,
        "alpha": 0.02,
        "glmnet_lambda": 0.02,
    }
    assert (
        json.loads(call(capfd, "translate", "0.01", "--n", "50", "--batch", "200", "--json")[1])["dialects"][
            "mlp_alpha"
        ]
        == 2.0
    )
    assert json.loads(call(capfd, "translate", "lam=1,per=sum", "--n", "50", "--json")[1])["dialects"]["lam"] == 0.02
    infinite = json.loads(call(capfd, "translate", "0", "--n", "50", "--json")[1])["dialects"]
    assert infinite["C"] is None and infinite["lam"] == 0.0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["C=1"], "Missing option '--n'"),
        (["--n", "1000"], "Missing argument"),
        (["C=1,lam=2", "--n", "10"], "C=1.0 and lam=2.0 were both given"),
        (["AdamW=0.01", "--n", "10"], "the slope of no penalty"),
        (["adamw=0.01", "--n", "10"], "the slope of no penalty"),
        (["t=3,norm=l1", "--n", "10"], "depends on the data"),
        (["t=3", "--n", "10"], "t=3.0 gives the radius t of the ball"),
        (["sigma=1", "--n", "10", "--l1-ratio", "1"], "sigma exists for l1_ratio 0"),
        (["C=1", "--n", "0"], "n=0.0 is no amount of data"),
    ],
)
def test_asked_wrongly(words, complaint, capfd):
    code, out, err = call(capfd, "translate", *words)
    assert (code, out) == (2, "") and complaint in err


@pytest.mark.parametrize(
    ("said", "l1_ratio", "lam"),
    [
        ("C=2", 0.0, lambda n: 1 / (2 * n)),
        ("sigma=2", 0.0, lambda n: 1 / (4 * n)),
        ("gauss_sigma=2", 0.0, lambda n: 1 / (4 * n)),
        ("laplace_sd=1", 1.0, lambda n: np.sqrt(2) / n),
        ("lambd=0.7", 0.0, lambda n: 0.7 / n),
        ("mlp_alpha=0.02,batch=10", 0.0, lambda n: 0.002),
        ("lambda=0.03", 0.5, lambda n: 0.03),
    ],
)
def test_fit_in_a_dialect(said, l1_ratio, lam, capfd, tmp_path, monkeypatch):
    """λ of the file, its table of dialects, the terminal and the JSON say the same strength."""
    monkeypatch.chdir(tmp_path)
    write_csv("data.csv", numbers(60))
    words = ["fit", "data.csv", "--target", "y", "--lambda", said, "--l1-ratio", str(l1_ratio), "--holdout", "0"]
    code, out, _ = call(capfd, *words, "--out", "model.json")
    assert code == 0
    record = load_model("model.json")
    n = record.total
    assert record.lam == pytest.approx(lam(n), rel=1e-13)
    assert record.strength == {k: pytest.approx(v) for k, v in Strength(lam=record.lam).in_all(
        n, l1_ratio, loss="logistic").items()}  # fmt: skip
    line = out.splitlines()[4]
    assert line.startswith("The same strength of the penalty: ") and all(name in line for name in record.strength)
    facts = json.loads(call(capfd, *words, "--json")[1])
    assert facts["penalty"]["dialects"] == record.strength and facts["penalty"]["lambda"] == record.lam


def test_a_part_of_the_rows_at_a_C_per_mean(capfd, tmp_path, monkeypatch):
    """Held-out judgement: C per sum is 1/(C n) of the rows fitted, C per mean the λ of all; one model is kept."""
    monkeypatch.chdir(tmp_path)
    write_csv("data.csv", numbers(60))
    found = {}
    for said in ("C=0.1", "C=0.1,per=mean"):
        words = ["fit", "data.csv", "--target", "y", "--lambda", said, "--holdout", "0.3", "--json", "--quiet"]
        found[said] = json.loads(call(capfd, *words)[1])
    assert found["C=0.1"]["coefficients"] == found["C=0.1,per=mean"]["coefficients"]
    assert found["C=0.1"]["held_out"]["log_loss"] != found["C=0.1,per=mean"]["held_out"]["log_loss"]
    assert "C = 0.1 (per = mean), as asked for" in found["C=0.1,per=mean"]["penalty"]["why"]


def test_the_report_says_every_dialect(capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_csv("data.csv", numbers(60))
    assert main(["fit", "data.csv", "--target", "y", "--lambda", "C=1", "--report", "r.html", "--quiet"]) == 0
    page = (tmp_path / "r.html").read_text("utf-8")
    for name in Strength(C=1.0).in_all(60, loss="logistic"):
        assert f"<code>{name}</code>" in page
    assert "<code>ridge_alpha</code>" not in page
    capfd.readouterr()


@pytest.mark.parametrize(
    ("said", "asked", "ratio", "measure"),
    [
        ("t=0.8", "0", 0.0, lambda w: np.sqrt((w**2).sum())),
        ("t=0.8,norm=l1", "0", 1.0, lambda w: np.abs(w).sum()),
        ("radius=0.8", "1", 1.0, lambda w: np.abs(w).sum()),
        ("k=1", "1", 1.0, lambda w: 0.8 * np.count_nonzero(w)),
    ],
)
def test_fit_takes_what_the_solution_is_like(said, asked, ratio, measure, tmp_path, capfd):
    """A radius or a number of features as --lambda: the model that is kept has it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = np.where(X[:, 0] - X[:, 1] + rng.logistic(size=300) > 0, "yes", "no")
    rows = ["a,b,c,y", *(",".join([*map(repr, map(float, x)), label]) for x, label in zip(X, y, strict=True))]
    (tmp_path / "data.csv").write_text("\n".join(rows) + "\n")
    words = ["fit", str(tmp_path / "data.csv"), "--target", "y", "--positive", "yes", "--json", "--no-standardize"]
    code, out, _ = call(capfd, *words, "--lambda", said, "--l1-ratio", asked)
    assert code == 0
    found = json.loads(out)
    coef = np.array([row["coefficient"] for row in found["coefficients"]])
    assert measure(coef) == pytest.approx(0.8, rel=1e-6)
    assert found["penalty"]["l1_ratio"] == ratio


def test_batch_belongs_to_what_was_said(capfd):
    """--batch and batch= are one: λ = alpha / batch, and the number that was said comes back."""
    by_option = json.loads(call(capfd, "translate", "mlp_alpha=0.2", "--batch", "200", "--n", "1000", "--json")[1])
    by_word = json.loads(call(capfd, "translate", "mlp_alpha=0.2,batch=200", "--n", "1000", "--json")[1])
    assert by_option["dialects"] == by_word["dialects"]
    assert by_option["dialects"]["lam"] == 0.001 and by_option["dialects"]["mlp_alpha"] == 0.2
