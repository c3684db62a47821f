"""The layouts in which an array may reach a dense kernel."""

from __future__ import annotations

import numpy as np
import pytest

LAYOUTS = {
    "C": lambda a: a.copy(),
    "F": lambda a: np.asfortranarray(a),
    "rows of F": lambda a: np.asfortranarray(np.vstack([a, a, a]))[len(a) : 2 * len(a)],
    "strided": lambda a: np.repeat(np.repeat(a, 2, axis=0), 3, axis=1)[::2, ::3],
    "reversed": lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
}


@pytest.fixture(params=LAYOUTS, ids=list(LAYOUTS))
def layout(request):
    return LAYOUTS[request.param]
