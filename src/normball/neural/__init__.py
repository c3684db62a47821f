"""Weight decay, understood: the same λ in neural networks (PyTorch; the extra [torch]).

NeuralClassifier, NeuralRegressor   scikit-learn estimators; without hidden layers they are (logistic) regression
NeuralClassifierCV                  all λ and folds trained as one stacked model
param_groups, penalty, Proximal, frobenius_norms      for anybody's own torch model
load                                a saved estimator: safetensors and JSON, never a pickle

prox.py -> penalty.py -> proximal.py, fista.py      what λ does to a weight matrix
network.py -> train.py                              THE loop, for a stack of models
settings.py, certificate.py, base.py, saving.py     what the estimators share
"""

try:
    import torch  # noqa: F401  # pyright: ignore[reportMissingImports]
except ModuleNotFoundError as missing:
    if missing.name != "torch":
        raise
    raise ModuleNotFoundError(
        "normball.neural was imported, but it needs PyTorch, which is not installed here. "
        "Install it with: pip install 'normball[torch]'. All else in normball works without it.",
        name="torch",
    ) from None

from .classifier import NeuralClassifier
from .cv import NeuralClassifierCV
from .penalty import frobenius_norms, param_groups, penalty
from .proximal import Proximal
from .regressor import NeuralRegressor
from .saving import load

__all__ = [
    "NeuralClassifier",
    "NeuralClassifierCV",
    "NeuralRegressor",
    "Proximal",
    "frobenius_norms",
    "load",
    "param_groups",
    "penalty",
]
