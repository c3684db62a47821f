"""Results in, one self-contained HTML file out: what was asked, what is proved, and how good it is on rows not used."""

from .alerts import Alert
from .build import build_report
from .facts import Choice, ClassFacts, Coefficient, Facts, Penalty, Proof, Recipe, coefficient_facts, proof_facts
from .judge import Judgement, judge
from .judge_classes import ClassJudgement, judge_classes

__all__ = [
    "Alert",
    "Choice",
    "ClassFacts",
    "ClassJudgement",
    "Coefficient",
    "Facts",
    "Judgement",
    "Penalty",
    "Proof",
    "Recipe",
    "build_report",
    "coefficient_facts",
    "judge",
    "judge_classes",
    "proof_facts",
]
