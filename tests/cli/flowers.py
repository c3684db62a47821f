"""Tables of three classes and more."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.datasets import load_iris, load_wine

WEIRD = ("<script>window.hacked = 1</script>", "🦊", "=1+1", 'a,b"\nc', "\u202egpj.exe", "w" * 300, "é")


def iris():
    """150 flowers, four numbers, three names."""
    data = load_iris(as_frame=True)
    return data.frame.drop(columns="target").assign(species=[str(data.target_names[k]) for k in data.target])


def wine():
    """178 wines, thirteen numbers, three classes called 1, 2, 3."""
    data = load_wine(as_frame=True)
    return data.frame.drop(columns="target").assign(grower=data.target + 1)


def labelled(labels, rows=40, seed=0):
    """So many rows of each label, with numbers, a category and gaps."""
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(len(labels)), rows)
    rng.shuffle(code)
    X = rng.normal(size=(len(code), 4)) + 1.2 * rng.normal(size=(len(labels), 4))[code]
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"]).assign(ward=rng.choice(["n", "s", "e"], len(code)))
    frame.loc[rng.random(len(code)) < 0.1, "b"] = np.nan
    return frame.assign(y=[labels[k] for k in code])
