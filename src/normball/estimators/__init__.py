"""The scikit-learn doors: its names and habits outside, `verbs` inside, the proof in `certificate_`.

logistic.py        LogisticRegression
class_weights.py   class weights as weights of the observations
"""

from .logistic import LogisticRegression

__all__ = ["LogisticRegression"]
