"""The scikit-learn doors: its names and habits outside, `verbs` inside, the proof in `certificate_`.

base.py            what the two-class estimators share
logistic.py        LogisticRegression
logistic_cv.py     LogisticRegressionCV; folds.py, dev.py how it judges; strengths.py what it tries
linear.py          Ridge, Lasso, ElasticNet; regression.py what the regressions share
linear_cv.py       LassoCV, ElasticNetCV; ridge_cv.py RidgeCV
callbacks.py       scikit-learn's callbacks hear the progress of a fit
table_encoder.py   TableEncoder, the encoder of tables/
said.py            the warnings of a fit
sparse_coef.py     sparsify and densify
class_weights.py   class weights as weights of the observations
"""

from .linear import ElasticNet, Lasso, Ridge
from .linear_cv import ElasticNetCV, LassoCV
from .logistic import LogisticRegression
from .logistic_cv import LogisticRegressionCV
from .ridge_cv import RidgeCV
from .table_encoder import TableEncoder

__all__ = [
    "ElasticNet",
    "ElasticNetCV",
    "Lasso",
    "LassoCV",
    "LogisticRegression",
    "LogisticRegressionCV",
    "Ridge",
    "RidgeCV",
    "TableEncoder",
]
