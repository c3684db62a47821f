"""The scikit-learn doors: its names and habits outside, `verbs` inside, the proof in `certificate_`.

logistic.py        LogisticRegression
table_encoder.py   TableEncoder, the encoder of tables/
class_weights.py   class weights as weights of the observations
"""

from .logistic import LogisticRegression
from .table_encoder import TableEncoder

__all__ = ["LogisticRegression", "TableEncoder"]
