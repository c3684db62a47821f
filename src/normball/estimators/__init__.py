"""The scikit-learn doors: its names and habits outside, `verbs` inside, the proof in `certificate_`.

base.py            what the two-class estimators share
logistic.py        LogisticRegression
logistic_cv.py     LogisticRegressionCV; folds.py, dev.py how it judges; strengths.py what it tries
callbacks.py       scikit-learn's callbacks hear the progress of a fit
table_encoder.py   TableEncoder, the encoder of tables/
class_weights.py   class weights as weights of the observations
"""

from .logistic import LogisticRegression
from .logistic_cv import LogisticRegressionCV
from .table_encoder import TableEncoder

__all__ = ["LogisticRegression", "LogisticRegressionCV", "TableEncoder"]
