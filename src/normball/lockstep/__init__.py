"""All problems solved together: ask, one judging pass, retire, tell."""

from .choose import choose_chain
from .driver import Answer, judge_family, solve_family

__all__ = ["Answer", "choose_chain", "judge_family", "solve_family"]
