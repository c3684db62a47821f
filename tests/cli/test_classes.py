"""Three classes and more on the command line, end to end; the library and scikit-learn say what is right."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, log_loss, roc_auc_score

import normball
from cli.flowers import WEIRD, iris, labelled, wine
from cli.tables import call, fitted, read_csv, write_csv
from normball.files import load_model

IRIS = iris()


def predicted(capfd, model, data, *words):
    code, out, err = call(capfd, "predict", model, data, "--quiet", *words)
    assert (code, err) == (0, "")
    return out


@pytest.mark.parametrize(
    ("frame", "target", "asked", "same"),
    [
        (IRIS, "species", ("--lambda", "0.01"), {"lam": 0.01}),
        (IRIS, "species", ("--lambda", "C=2", "--l1-ratio", "0.5"), {"lam": 1 / 300, "l1_ratio": 0.5}),
        (wine(), "grower", ("--lambda", "0.05", "--l1-ratio", "1"), {"lam": 0.05, "l1_ratio": 1.0}),
        (
            wine(),
            "grower",
            ("--lambda", "0.05", "--l1-ratio", "1", "--grouped"),
            {"lam": 0.05, "l1_ratio": 1.0, "grouped": True},
        ),
    ],
)
def test_predictions_are_those_of_solve(frame, target, asked, same, capfd, tmp_path):
    """To 1e-12, from a model file, whatever the order of rows and columns."""
    data, model = write_csv(tmp_path / "d.csv", frame), tmp_path / "m.json"
    facts = fitted(capfd, data, "--target", target, *asked, "--out", model)
    X = frame.drop(columns=target)
    best = normball.solve(X, frame[target].to_numpy(), standardize=True, **same)
    assert facts["classes"] == best.classes.tolist()
    assert facts["certificate"]["status"] == "certified"
    turned = frame.sample(frac=1.0, random_state=1)[frame.columns[::-1]]
    out = tmp_path / "p.csv"
    predicted(capfd, model, write_csv(tmp_path / "turned.csv", turned), "--out", out)
    found = pd.read_csv(out)
    assert list(found.columns) == ["predicted", *(f"probability_{label}" for label in best.classes)]
    turned_X = turned[X.columns]
    assert np.abs(found.iloc[:, 1:].to_numpy() - best.predict_proba(turned_X)).max() < 1e-12
    assert found["predicted"].tolist() == best.predict(turned_X).tolist()


def test_held_out_numbers_are_those_of_the_rows_that_were_held_out(capfd, tmp_path):
    """A fit of the other rows by the library, judged by scikit-learn's metrics."""
    from normball.cli.split import hold_out

    data = write_csv(tmp_path / "d.csv", IRIS)
    facts = fitted(capfd, data, "--target", "species", "--lambda", "0.02", "--holdout", "0.4", "--seed", "5")
    names, y = np.unique(IRIS["species"], return_inverse=True)
    held, X = hold_out(y.astype(float), 0.4, 5), IRIS.drop(columns="species").to_numpy()
    part = normball.solve(X[~held], y[~held], lam=0.02, standardize=True)
    p, told = part.predict_proba(X[held]), facts["held_out"]
    assert np.bincount(y[held]).tolist() == [20, 20, 20]
    assert told["log_loss"] == pytest.approx(log_loss(y[held], p), rel=1e-9)
    assert told["macro_auc"] == pytest.approx(roc_auc_score(y[held], p, multi_class="ovr"), rel=1e-12)
    assert told["confusion"] == confusion_matrix(y[held], p.argmax(1)).tolist()
    assert told["error"] == pytest.approx(np.mean(p.argmax(1) != y[held]), rel=1e-12)
    assert list(told["classes"]) == names.tolist()


@pytest.mark.parametrize("words", [(), ("--select", "1se"), ("--l1-ratio", "0,1", "--grouped")])
def test_lambda_is_chosen_as_cross_validate_does(words, capfd, tmp_path):
    data = write_csv(tmp_path / "d.csv", IRIS)
    facts = fitted(capfd, data, "--target", "species", "--cv", "4", *words)
    y = np.unique(IRIS["species"], return_inverse=True)[1]
    ratios = (0.0, 1.0) if "--grouped" in words else (0.0,)
    X = IRIS.drop(columns="species").to_numpy()
    cv = normball.cross_validate(
        X, y, cv=4, l1_ratios=ratios, standardize=True, grouped="--grouped" in words, keep_predictions=True
    )
    rule = "1se" if "--select" in words else "min"
    assert (facts["penalty"]["lambda"], facts["penalty"]["l1_ratio"]) == cv.choose(rule)
    p = cv.predictions[:, cv.l1_ratios.index(cv.l1_ratio_min), cv.index(rule)]
    told = facts["held_out"]
    assert facts["out_of_fold"] and told["rows"] == 150
    assert told["log_loss"] == pytest.approx(log_loss(y, p), rel=1e-9)
    assert told["confusion"] == confusion_matrix(y, p.argmax(1)).tolist()
    assert told["macro_auc"] == pytest.approx(roc_auc_score(y, p, multi_class="ovr"), rel=1e-12)


def test_text_says_classes_penalty_and_rates(capfd, tmp_path):
    code, out, _ = call(capfd, "fit", write_csv(tmp_path / "d.csv", IRIS), "--target", "species", "--lambda", ".01")
    lines = out.splitlines()
    assert code == 0 and lines[0].startswith("Penalty: L2 (ridge), λ = 0.01")
    assert lines[2].startswith("3 classes of species: setosa 33.3 %, versicolor 33.3 %, virginica 33.3 %; 150 rows")
    assert "macro AUC" in lines[3] and "of always saying the most frequent class" in lines[3]
    assert any(line.split() == ["is", "\\", "called", "setosa", "versicolor", "virginica"] for line in lines)


LABELS = [
    ("c", "a", "b"),
    ("0", "0.5", "1"),
    ("3", "1", "20"),
    ("-1.5", "2.25", "1e3", "0"),
    ("01", "1", "2"),
    ("yes", "no", "maybe"),
    WEIRD,
]


@pytest.mark.parametrize("labels", LABELS, ids=lambda labels: repr(labels)[:20])
def test_labels_of_any_kind_keep_their_order_and_their_type(labels, capfd, tmp_path):
    """Text in the order of its letters, numbers in theirs; each probability under its own label."""
    frame = labelled(labels)
    data, model = write_csv(tmp_path / "d.csv", frame), tmp_path / "m.json"
    facts = fitted(capfd, data, "--target", "y", "--lambda", ".02", "--out", model, "--report", tmp_path / "r.html")
    classes = load_model(model).classes
    numbers = labels[0][0] in "0123456789-" and "01" not in labels
    assert classes == tuple(sorted(map(float, labels)) if numbers else sorted(labels))
    assert list(classes) == facts["classes"]
    predicted(capfd, model, data, "--out", tmp_path / "p.csv")
    rows = read_csv(tmp_path / "p.csv")
    heads = [f"probability_{label}" for label in classes]
    assert list(rows[0]) == ["predicted", *heads]
    p = np.array([[float(row[head]) for head in heads] for row in rows])
    assert np.abs(p.sum(1) - 1.0).max() < 1e-12
    assert [row["predicted"].removeprefix("'") for row in rows] == [str(classes[k]) for k in p.argmax(1)]
    truth = [classes.index(float(label) if numbers else label) for label in frame["y"]]
    assert facts["penalty"]["lambda"] == 0.02 and np.mean(p.argmax(1) == truth) > 1.5 / len(labels)
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "<script>window" not in page and "\u202e" not in page


def test_nothing_steers_the_terminal(capfd, tmp_path):
    labels = ("\x1b[31mred", "\u202egpj.exe", "two\nlines")
    data = write_csv(tmp_path / "d.csv", labelled(labels))
    for words in (("fit", data, "--target", "y"), ("path", data, "--target", "y", "--n-lambdas", "5")):
        code, out, err = call(capfd, *words)
        assert code == 0
        assert not set("\x1b\u202e") & set(out + err)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--relax", "--l1-ratio", "1"), "--relax was given for 3 classes"),
        (("--positive", "setosa"), "--positive chooses one of two classes"),
        (("--grouped",), "--grouped is about the L1 part"),
    ],
)
def test_what_several_classes_cannot_have(words, sentence, capfd, tmp_path):
    code, out, err = call(capfd, "fit", write_csv(tmp_path / "d.csv", IRIS), "--target", "species", *words)
    assert (code, out) == (2, "")
    assert sentence in err


def test_audit_repeats_the_proof(capfd, tmp_path):
    """Of the grouped problem too; other coefficients are told from the best ones."""
    data, model = write_csv(tmp_path / "d.csv", IRIS), tmp_path / "m.json"
    for words in ((), ("--l1-ratio", "1", "--grouped")):
        fitted(capfd, data, "--target", "species", "--lambda", ".03", *words, "--out", model, "--force")
        code, out, _ = call(capfd, "audit", model, data, "--json")
        facts = json.loads(out)
        assert code == 0 and facts["certificate"]["status"] == "certified" and facts["same_data"]
        assert facts["on_these_rows"]["macro_auc"] > 0.9
    part = IRIS[IRIS["species"] != "setosa"]
    code, out, err = call(capfd, "audit", model, write_csv(tmp_path / "part.csv", part))
    assert (code, out) == (1, "") and "No row has 'species' = 'setosa'" in err
    other = IRIS.replace({"species": {"setosa": "rosa"}})
    code, out, err = call(capfd, "audit", model, write_csv(tmp_path / "other.csv", other))
    assert (code, out) == (1, "") and "'rosa'" in err


def test_audit_speaks_of_columns_and_labels(capfd, tmp_path):
    data, model = write_csv(tmp_path / "d.csv", IRIS), tmp_path / "m.json"
    words = ("--target", "species", "--lambda", "0", "--holdout", "0", "--out", model)
    assert call(capfd, "fit", data, *words)[0] == 1
    code, out, _ = call(capfd, "audit", model, data)
    assert code == 1 and "(class setosa)" in out and "column " not in out


def test_audit_of_half_the_rows_says_how_far_off_it_is(capfd, tmp_path):
    data, model = write_csv(tmp_path / "d.csv", IRIS), tmp_path / "m.json"
    fitted(capfd, data, "--target", "species", "--lambda", ".03", "--out", model)
    half = IRIS.iloc[::2]
    code, out, _ = call(capfd, "audit", model, write_csv(tmp_path / "half.csv", half), "--json")
    facts, record = json.loads(out), load_model(model)
    X = half.drop(columns="species").to_numpy()
    y = np.unique(half["species"], return_inverse=True)[1]
    objective = lambda B, b: (
        -np.mean(np.log(np.exp(X @ B + b)[np.arange(len(y)), y] / np.exp(X @ B + b).sum(1)))
        + 0.015 * ((X.std(0)[:, None] * B) ** 2).sum()
    )
    best = normball.solve(X, y, lam=0.03, standardize=True)
    excess = objective(record.coef, record.intercept) - objective(best.coef, best.intercept)
    assert code == 1 and facts["excess"] == pytest.approx(excess, rel=1e-6)
    assert facts["certificate"]["gap"] >= excess * (1 - 1e-9)


def test_path_is_the_librarys(capfd, tmp_path):
    data, out = write_csv(tmp_path / "d.csv", IRIS), tmp_path / "path.csv"
    words = ("path", data, "--target", "species", "--n-lambdas", "12", "--grouped", "--quiet")
    code, text, _ = call(capfd, *words, "--out", out, "--json")
    facts = json.loads(text)
    y = np.unique(IRIS["species"], return_inverse=True)[1]
    X = IRIS.drop(columns="species").to_numpy()
    found = normball.path(X, y, l1_ratio=1.0, n_lams=12, standardize=True, grouped=True)
    assert code == 0 and facts["classes"] == ["setosa", "versicolor", "virginica"]
    rows = read_csv(out)
    for k, (step, row) in enumerate(zip(facts["path"], rows, strict=True)):
        assert step["lambda"] == float(row["lambda"]) == found.lams[k]
        for j, name in enumerate(facts["names"]):
            of_each = [float(row[f"{name} ({label})"]) for label in facts["classes"]]
            assert np.abs(np.array(of_each) - found.coefs[j, :, k]).max() < 1e-12
            assert (name in step["coefficients"]) == bool(found.coefs[j, :, k].any())
        p = found.predict_proba(X, found.lams[k])
        share = 1.0 - log_loss(y, p) / np.log(3.0)
        assert step["explained"] == pytest.approx(max(share, 0.0), abs=1e-9)


def test_weights_and_groups(capfd, tmp_path):
    """Rows of one group are held out together; weights are those of the loss."""
    rng = np.random.default_rng(0)
    frame = IRIS.assign(w=rng.uniform(0.5, 2.0, 150), garden=rng.integers(0, 25, 150))
    data = write_csv(tmp_path / "d.csv", frame)
    facts = fitted(capfd, data, "--target", "species", "--lambda", ".02", "--weights", "w", "--group", "garden")
    best = normball.solve(
        IRIS.drop(columns="species"), frame["species"].to_numpy(), lam=0.02, sample_weight=frame["w"], standardize=True
    )
    told = [list(column["coefficients"].values()) for column in facts["coefficients"]]
    assert np.abs(np.array(told) - best.coef).max() < 1e-9
    sums = frame.groupby("species")["w"].sum()
    assert facts["shares"] == pytest.approx((sums / sums.sum()).tolist(), rel=1e-12)


def test_predict_keeps_identifiers_and_refuses_a_clash(capfd, tmp_path):
    frame = IRIS.assign(flower=[f"f{k}" for k in range(150)], probability_setosa="x")
    data, model = write_csv(tmp_path / "d.csv", frame), tmp_path / "m.json"
    words = ("--target", "species", "--lambda", ".02", "--id", "flower", "--drop", "probability_setosa")
    fitted(capfd, data, *words, "--out", model)
    assert predicted(capfd, model, data).startswith("flower,predicted,probability_setosa,probability_versicolor")
    code, out, err = call(capfd, "predict", model, data, "--id", "probability_setosa")
    assert (code, out) == (2, "") and "a column of that name" in err
