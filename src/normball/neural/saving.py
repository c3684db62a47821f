"""A fitted network as one file: safetensors, with JSON in its header.  No pickle: reading runs nothing."""

# pyright: reportMissingImports=false
from __future__ import annotations

import json
import struct
from dataclasses import asdict
from math import isfinite
from typing import Any

import numpy as np

from ..errors import InputError, ModelFileError
from ..files.atomic import spell, write_atomic
from ..inputs.words import show
from .certificate import NeuralCertificate
from .network import ACTIVATIONS

FORMAT = "normball.neural 1"
ADVICE = "Use an undamaged copy, or train the model again."
MAX_HEADER = 1 << 24
KINDS = ("NeuralClassifier", "NeuralClassifierCV", "NeuralRegressor")
SETTINGS = (
    "hidden", "l1_ratio", "group", "max_norm", "activation", "optimizer", "learning_rate", "momentum", "epochs",
    "batch_size", "patience", "tol", "dtype",
)  # fmt: skip


def save(model: Any, path, *, force: bool = False) -> None:
    """Write a fitted estimator.

    What is kept: weights, classes, names of columns, the arguments that are numbers or words, λ, the certificate and
    the history.  Not kept: dev rows, folds, the table and curves of a choice, `random_state`, `device` and `progress`.

    Raises
    ------
    InputError      as normball's other files: it exists (force=False), no such folder, …; labels that JSON cannot hold
    """
    from safetensors.numpy import save as to_bytes
    from sklearn.utils.validation import check_is_fitted

    check_is_fitted(model)
    arrays = {f"coef.{k}": np.ascontiguousarray(coef) for k, coef in enumerate(model.coefs_)}
    arrays |= {f"intercept.{k}": np.ascontiguousarray(b) for k, b in enumerate(model.intercepts_)}
    arrays |= {f"history.{name}": np.ascontiguousarray(line) for name, line in model.history_.items()}
    settings = {name: _plain(getattr(model, name), name) for name in SETTINGS}
    record = dict(
        format=FORMAT, kind=type(model).__name__, settings=settings, lam=model.lambda_, n_iter=model.n_iter_,
        certificate={name: _finite(value) for name, value in asdict(model.certificate_).items()},
    )  # fmt: skip
    if hasattr(model, "classes_"):
        record["classes"] = [model.classes_.dtype.kind, [_plain(c, "classes_") for c in model.classes_]]
    else:
        record["flat"] = bool(model.flat_)
    if hasattr(model, "feature_names_in_"):
        record["names"] = [str(name) for name in model.feature_names_in_]
    text = json.dumps(record, allow_nan=False)
    write_atomic(path, to_bytes(arrays, metadata={"normball": text}), force=force)  # one entry: their order is random


def load(path) -> Any:
    """The estimator of a file that `save` wrote.

    Raises
    ------
    ModelFileError      no such file, not one of ours, cut, damaged, of another version: what is wrong with it
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except (OSError, TypeError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise ModelFileError(f"{spell(path)} cannot be read: {why}. Give the path of a model file.") from problem
    try:
        return _model(*_parts(data))
    except InputError as problem:
        raise ModelFileError(f"{spell(path)} cannot be used as a network: {problem}. {ADVICE}") from problem


def _parts(data: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """(record, arrays) of the bytes; InputError with what is wrong."""
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    if len(data) < 8 or not 2 <= (size := struct.unpack("<Q", data[:8])[0]) <= min(len(data) - 8, MAX_HEADER):
        raise InputError("it is not a safetensors file, or its end is missing")
    try:
        header = json.loads(data[8 : 8 + size])
        record = json.loads(header.get("__metadata__", {}).get("normball", "{}"))
        version = record.get("format")
        if version != FORMAT:
            raise InputError(f"its format is {show(version)}, and this version of normball reads {FORMAT!r}")
        arrays = from_bytes(data)
    except (SafetensorError, ValueError, RecursionError, AttributeError, TypeError, KeyError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(f"its bytes are damaged ({problem})") from problem
    return record, arrays


def _model(record: dict, arrays: dict[str, np.ndarray]) -> Any:
    from . import classifier, cv, regressor

    kind = record.get("kind")
    if kind not in KINDS:
        raise InputError(f"it holds a {show(kind)}, which is none of {', '.join(KINDS)}")
    makers = (classifier.NeuralClassifier, cv.NeuralClassifierCV, regressor.NeuralRegressor)
    try:
        settings: dict[str, Any] = {name: record["settings"][name] for name in SETTINGS}
        settings["hidden"] = tuple(settings["hidden"]) if isinstance(settings["hidden"], list) else settings["hidden"]
        lam: dict[str, Any] = {} if kind == "NeuralClassifierCV" else {"lam": float(record["lam"])}
        model = makers[KINDS.index(kind)](**settings, **lam)
        proof: dict[str, Any] = {n: np.inf if value == "inf" else value for n, value in record["certificate"].items()}
        certificate = NeuralCertificate(**proof)
        outputs = None
        fitted: dict[str, Any] = dict(lambda_=float(record["lam"]), n_iter_=int(record["n_iter"]))
        if kind == "NeuralRegressor":
            fitted["flat_"] = bool(record["flat"])
        else:
            letter, labels = record["classes"]
            if letter not in "biufUO":
                raise InputError(f"its labels are of the unknown kind {show(letter)}")
            classes = np.array(labels, dtype=object if letter == "O" else None)
            outputs = 1 if len(classes) == 2 else len(classes)
            fitted["classes_"] = classes
        if "names" in record:
            fitted["feature_names_in_"] = np.array(record["names"], dtype=object)
    except (KeyError, TypeError, ValueError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(
            f"its record lacks something, or holds something else in its place ({problem!r:.100})"
        ) from None
    coefs, intercepts = _layers(arrays, outputs)
    if model.activation not in ACTIVATIONS:
        raise InputError(f"its activation {show(model.activation)} is not known")
    names = fitted.get("feature_names_in_")
    if names is not None and len(names) != len(coefs[0]):
        raise InputError(f"it names {len(names)} columns, and its first layer has {len(coefs[0])} inputs")
    history = {name.split(".", 1)[1]: line for name, line in arrays.items() if name.startswith("history.")}
    vars(model).update(
        fitted, coefs_=coefs, intercepts_=intercepts, history_=history, certificate_=certificate,
        status_=certificate.status, n_features_in_=len(coefs[0]), used_=[np.any(coef != 0.0, axis=1) for coef in coefs],
    )  # fmt: skip
    return model


def _layers(arrays: dict[str, np.ndarray], outputs: int | None) -> tuple[list, list]:
    """Weights and biases of all layers, checked against each other."""
    count = sum(name.startswith("coef.") for name in arrays)
    coefs = [arrays.get(f"coef.{k}") for k in range(count)]
    intercepts = [arrays.get(f"intercept.{k}") for k in range(count)]
    if not count:
        raise InputError("it holds no layer")
    width = None
    for k, (coef, intercept) in enumerate(zip(coefs, intercepts, strict=True)):
        if coef is None or intercept is None or coef.dtype != np.float64 or intercept.dtype != np.float64:
            raise InputError(f"layer {k} is missing, or is not in float64")
        if coef.ndim != 2 or intercept.shape != coef.shape[1:] or (width is not None and len(coef) != width):
            raise InputError(f"layer {k} does not fit the layer before it, or its biases")
        if not (np.isfinite(coef).all() and np.isfinite(intercept).all()):
            raise InputError(f"layer {k} holds NaN or infinity")
        width = coef.shape[1]
    if outputs is not None and width != outputs:
        raise InputError(f"its last layer has {width} outputs, and its classes ask for {outputs}")
    return coefs, intercepts


def _plain(value, name: str):
    """A value as JSON has it."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (tuple, list)):
        return [_plain(one, name) for one in value]
    raise InputError(f"{name} holds {show(value)}, which a model file cannot: text, numbers and bools can be saved.")


def _finite(value):
    return "inf" if isinstance(value, float) and not isfinite(value) else value
