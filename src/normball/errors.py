"""Everything normball raises or warns, as one family.

    Exception                              UserWarning
    └─ NormballError                       └─ NormballWarning
       └─ InputError  (ValueError)            ├─ ConvergenceWarning
          ├─ TypeInputError  (TypeError)      ├─ EdgeWarning
          ├─ StrengthConflict                 └─ LegacyArgumentWarning  (FutureWarning)
          └─ ModelFileError                KeyboardInterrupt
                                           └─ Interrupted

A message is a sentence or a few: what was asked, what stands in the way, what to do; it names the argument and its
value.  (`NotFittedError` is scikit-learn's, and is raised by the estimators as scikit-learn does.)
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "ConvergenceWarning",
    "EdgeWarning",
    "InputError",
    "Interrupted",
    "LegacyArgumentWarning",
    "ModelFileError",
    "NormballError",
    "NormballWarning",
    "StrengthConflict",
    "TypeInputError",
]


class NormballError(Exception):
    """Whatever normball raises on purpose."""


class InputError(NormballError, ValueError):
    """An argument that cannot be used, and why; nothing was computed and nothing was changed."""


class TypeInputError(InputError, TypeError):
    """An argument, or an entry of one, of a type that cannot be used: also a TypeError, as callers expect."""


class StrengthConflict(InputError):
    """The strength of the penalty was given twice, or not at all."""


class ModelFileError(InputError):
    """A model file that cannot be read or trusted, and why: damaged, cut, of another version, not one at all."""


class NormballWarning(UserWarning):
    """Whatever normball warns about."""


class ConvergenceWarning(NormballWarning):
    """The answer is not certified to the tolerance that was asked for; its certificate says how far it may be off."""


class EdgeWarning(NormballWarning):
    """The best λ lies at an end of the grid: a better one may lie beyond it."""


class LegacyArgumentWarning(NormballWarning, FutureWarning):
    """An argument of scikit-learn's that means nothing, or something else, here: the sentence says what."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a solve. `solution` holds the best answer so far, with its certificate (status "interrupted"), or
    None where there was none yet.

    Not a NormballError: `except Exception` must not swallow a Ctrl-C.
    """

    def __init__(self, answer=None):
        held = "holds the best answer so far" if answer is not None else "is None: there was no answer yet"
        super().__init__(f"interrupted; .solution {held}")
        self.answer = answer
        self.solution: Any = None
