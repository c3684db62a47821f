"""A fitted classifier as a model file, and back: JSON that is data, never code (files/layout.py).  No pickle."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .. import __version__
from ..errors import InputError, ModelFileError
from ..files import ModelRecord, certificate_facts, load_model, save_model
from ..tables import Encoder, Schema
from .asked import arguments_of, asked_of

__all__ = ["fitted_of", "save"]


def save(model: Any, path, *, force: bool = False) -> None:
    """Write a fitted linear classifier; see `LinearClassifier.save`."""
    check_is_fitted(model)
    save_model(path, record_of(model), force=force)


def record_of(model: Any) -> ModelRecord:
    """What a model file holds of a fitted classifier."""
    several, classes = len(model.coef_) > 1, model.classes_.tolist()
    names = getattr(model, "feature_names_in_", None)
    lam = float(model.lambda_)
    kept = getattr(model, "record_", None)  # of a model that was loaded
    per_row = lam * float(model.strength_.get("C") or 0.0)  # 1 / (sum of the weights)
    proof: Any = getattr(model, "certificate_", None)
    proof = certificate_facts(proof) if hasattr(proof, "gap") else {}
    return ModelRecord(
        names=unnamed(model.n_features_in_) if names is None else tuple(map(str, names)),
        coef=model.coef_.T if several else model.coef_[0],
        intercept=model.intercept_ if several else float(model.intercept_[0]),
        lam=lam,
        l1_ratio=float(model.l1_ratio_),
        standardize=bool(np.all(model.standardize)),
        total=float(f"{1.0 / per_row:.13g}") if 0.0 < per_row < np.inf else 1.0,  # λ = 0: nothing depends on it
        classes=tuple(classes),
        positive=None if several else classes[1],
        certificate=proof if kept is None else kept.certificate,
        versions={"normball": __version__},
        strength={name: None if v is None or np.isinf(v) else float(v) for name, v in model.strength_.items()},
        grouped=several and bool(model.grouped),
        relax=None if kept is None else kept.relax,
        asked=asked_of(model),
    )


def unnamed(p: int) -> tuple[str, ...]:
    """The names under which columns without names are kept."""
    return tuple(f"x{j}" for j in range(p))


def fitted_of(path) -> tuple[dict[str, Any], dict[str, Any]]:
    """(arguments, attributes) of the classifier in a model file; ModelFileError whatever is wrong with the file."""
    record = load_model(path)
    labels = np.array(record.classes, dtype=object if any(isinstance(one, str) for one in record.classes) else None)
    fitted: dict[str, Any] = dict(
        coef_=np.atleast_2d(record.coef.T).copy(), intercept_=np.array(np.atleast_1d(record.intercept)),
        classes_=labels, n_features_in_=len(record.names), lambda_=record.lam, l1_ratio_=record.l1_ratio,
        intercept_shift_=0.0, strength_=dict(record.strength),
        status_=record.certificate.get("status", "uncertified"), record_=record,
    )  # fmt: skip
    if labels.dtype != object:
        pass
    elif not any(one.endswith("\0") for one in record.classes):  # which an array of text would lose
        fitted["classes_"] = labels.astype(str)
    if len(record.classes) == 2 and record.positive != record.classes[1]:  # of a command line's --positive
        for name in ("coef_", "intercept_"):
            fitted[name] = -fitted[name]
    if record.names != unnamed(len(record.names)):
        fitted["feature_names_in_"] = np.array(record.names, dtype=object)
    asked: dict[str, Any] = dict(
        lam=record.lam, l1_ratio=record.l1_ratio, standardize=record.standardize, grouped=record.grouped
    )
    if record.standardize and record.encoder is not None:  # a 0/1 column of a table is never standardised
        try:
            asked["standardize"] = Encoder(Schema.from_dict(record.encoder)).measured
        except InputError as problem:
            raise ModelFileError(f"The model file's encoder cannot be used: {problem}") from problem
    more = arguments_of(record.asked, len(record.names), len(record.classes))
    fitted["intercept_shift_"] = np.asarray(more.pop("intercept_shift", 0.0))[()]
    if more.get("penalty") == "firth":
        asked["lam"] = None
    return asked | more, fitted
