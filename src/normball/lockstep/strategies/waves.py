"""Waves: paths down working sets of columns, several λ of every fold a wave. Wide L1, small or nasty data.

Each split and shape of penalty is a lane of its own: a compiled walk down the next few λ on the columns that matter,
with its own lagged Gram and a line search on η (kernels/lane.py).  One judging pass over all columns then serves all λ
and all lanes of the wave; what it finds missing is added, and the lane goes on from its first λ that failed.
The set holds the support, what the strong rule cannot exclude (Tibshirani et al. 2012, JRSS B 74), and for folds the
support of the path at the same λ.  Source: docs/design/engine.md, section 3 and decision 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ... import runtime
from ...certificates.problem import Array, Candidates, Column, Family
from ..lane import Lane, Walked
from ..panel import dense

WHOLE = 1000  # columns of X up to which a lane takes them all, where there are as many rows
FEW = 300  # columns up to which it does so anyway
BATCH, LONG_BATCH = 20, 10  # λ in a wave; where reading X is the larger cost
HINTED = 20  # of them where the path tells which columns will matter
LONG = 1e7  # numbers in X from which it is
HELD = 2**22  # numbers of η in a wave of lanes that take all columns
NEAR = 0.98  # folds: columns whose gradient comes so near to the last λ of the wave
FAR = 0.35  # a wave goes down to so much of the λ it begins at, unless a single step is longer
MOST = 100  # columns, or twice those inside, that may join at a time
RESTARTS = 30  # of one wave of a lane


@dataclass
class Track:
    """One lane: where it stands on its way down its λ."""

    ids: Array  # of its columns, λ descending
    lams: Array
    columns: list[Column]
    hints: list  # supports of the given points, or None
    target: float
    coef: Array  # (p,) the last accepted iterate
    intercept: float
    eta: Array
    ratio: Array  # (p,) the λ at which each column would enter, at the last accepted iterate
    at: float  # that λ
    next: int = 0
    extra: Array = field(default_factory=lambda: np.empty(0, int))  # columns found missing
    tries: int = 0
    working: Array = field(default_factory=lambda: np.empty(0, int))
    walked: Walked = field(default_factory=lambda: Walked(*(np.empty(0) for _ in range(5))))
    size: int = 0  # λ in the present wave


@dataclass
class State:
    family: Family
    tracks: list[Track]
    whole: Array | None  # (p, n) all columns, where lanes take them all
    batch: int
    first: bool = True


@dataclass(frozen=True)
class Waves:
    """All lanes go down together."""

    name = "waves"
    many = True

    def start(self, family: Family, ids: Array, bests: list) -> State:
        design = family.design
        smooth = any(family.columns[i].smooth for i in ids)
        whole = smooth or design.p <= (WHOLE if design.n >= design.p else FEW)
        panel = np.ascontiguousarray(dense(design.columns(np.arange(design.p))).T) if whole else None
        lanes: dict = {}
        given = {id(bests[i].given): bests[i].given for i in ids if bests[i].given is not None}
        hints = {key: np.flatnonzero(point[0]) for key, point in given.items()}
        for i in ids:
            column = family.columns[i]
            lanes.setdefault((column.split, id(column.shape)), []).append(int(i))
        tracks = [
            _track(family, sorted(mine, key=lambda i: -family.columns[i].lam), bests, hints) for mine in lanes.values()
        ]
        batch = LONG_BATCH if design.n * design.p > LONG else BATCH
        if whole:
            batch = max(BATCH, HELD // (design.n * len(tracks)))
        else:
            design.keep_columns()
        return State(family, tracks, panel, batch)

    def propose(self, state: State) -> Candidates | None:
        family = state.family
        going = [track for track in state.tracks if track.next < len(track.ids)]
        if not going:
            return None
        if state.first:
            ids = np.array([track.ids[0] for track in going])
            coefs = np.column_stack([track.coef for track in going])
            intercepts, eta = np.array([t.intercept for t in going]), np.column_stack([t.eta for t in going])
            return Candidates(ids, coefs, intercepts, eta, centred=True)
        for track in going:
            _choose(track, state.whole is not None, state.batch)
        for track, walked in zip(going, runtime.in_order(_walk, [(state, track) for track in going]), strict=True):
            track.walked = walked
        total, support = sum(track.size for track in going), []
        coefs, eta, at = np.zeros((family.design.p, total)), np.empty((total, family.design.n)), 0
        for track in going:
            block = slice(at, at + track.size)
            coefs[track.working, block] = track.walked.coefs.T
            support += [track.working[row != 0.0] for row in track.walked.coefs]
            eta[block], at = track.walked.etas, at + track.size
        ids = np.concatenate([track.ids[track.next : track.next + track.size] for track in going])
        intercepts = np.concatenate([track.walked.intercepts for track in going])
        return Candidates(ids, coefs, intercepts, eta.T, centred=True, support=support)

    def learn(self, state: State, asked, evidence, gaps, done) -> bool:
        at, going = 0, [track for track in state.tracks if track.next < len(track.ids)]
        for track in going:
            size = 1 if state.first else track.size
            block = slice(at, at + size)
            at += size
            if state.first:
                _stand(track, evidence.grad[:, block.start], track.lams[0])
                track.at = max(track.at, float(track.ratio[np.isfinite(track.ratio)].max(initial=0.0)))
                track.next = int(done[block.start])
            else:
                _judge(track, evidence.grad[:, block], done[block])
        state.first = False
        return False


def _track(family: Family, mine: list[int], bests: list, hints: dict) -> Track:
    columns = [family.columns[i] for i in mine]
    best, column = bests[mine[0]], columns[0]
    coef = np.clip(np.zeros(family.design.p), column.lower, column.upper)
    b = best.ground.intercept
    eta = family.design.offset + b
    if coef.any():
        out = np.empty(family.design.n)
        family.design.add_up(_times_block, coef[:, None], out)
        eta = eta + out
    guides = [hints.get(id(bests[i].given)) for i in mine]
    return Track(
        np.array(mine), np.array([c.lam for c in columns]), columns, guides,
        0.5 * family.tol * best.null_loss,
        coef, b, eta, np.zeros(len(coef)), column.lam,
    )  # fmt: skip


def _times_block(block, W, out):
    out[block.rows] = block.times(W)[:, 0]
    return ()


def _choose(track: Track, whole: bool, batch: int) -> None:
    """The columns of the next wave."""
    hinted = track.hints[track.next] is not None
    track.size = min(max(HINTED, batch) if hinted else batch, len(track.ids) - track.next)
    if whole:
        track.working = np.arange(len(track.coef))
        return
    near = int((track.lams[track.next : track.next + track.size] >= FAR * track.at).sum())
    track.size = track.size if hinted else max(1, near)
    last = track.next + track.size - 1
    end, shape = track.lams[last], track.columns[0].shape
    hints = [hint for hint in track.hints[track.next : last + 1] if hint is not None]
    bound = min(NEAR * end, track.at) if hints else max(2.0 * end - track.at, 0.5 * end)
    chosen = (track.coef != 0.0) | (shape.l1 == 0.0)
    chosen[track.extra] = True
    for hint in hints:
        chosen[hint] = True
    near = np.flatnonzero(~chosen & (track.ratio >= bound))
    most = max(MOST, 2 * int(chosen.sum()))  # a step in λ may be too long for the rule
    if len(near) > most:
        near = near[np.argpartition(-track.ratio[near], most)[:most]]
    chosen[near] = True
    track.working = np.flatnonzero(chosen)


def _walk(state: State, track: Track) -> Walked:
    runtime.check()
    family, working = state.family, track.working
    design, column = family.design, track.columns[0]
    XT = state.whole if state.whole is not None else np.ascontiguousarray(dense(design.columns(working)).T)
    shape = column.shape if state.whole is not None else column.shape.only(working)
    lane = Lane(
        XT, design.y, family.share(column.split), design.offset, design.intercept, shape,
        track.coef[working], track.intercept, track.eta.copy(), family.loss.quadratic,
    )  # fmt: skip
    some = slice(track.next, track.next + track.size)
    return lane.walk(track.lams[some], np.full(track.size, track.target))


def _stand(track: Track, grad: Array, lam: float) -> None:
    """The λ at which every column would enter, at an iterate that is accepted."""
    with np.errstate(divide="ignore", invalid="ignore"):
        track.ratio = np.where(grad != 0.0, np.abs(grad) / track.columns[0].shape.l1, 0.0)
    track.at, track.tries, track.extra = float(lam), 0, track.extra[:0]


def _judge(track: Track, grad: Array, done: Array) -> None:
    """Go on behind the last accepted λ; what was missing at the first that failed joins the set."""
    good = int(np.argmin(done)) if not done.all() else len(done)
    if good:
        k = good - 1
        track.coef[:] = 0.0
        track.coef[track.working] = track.walked.coefs[k]
        track.intercept, track.eta = float(track.walked.intercepts[k]), track.walked.etas[k]
        track.next += good
        _stand(track, grad[:, k], track.lams[track.next - 1])
    if good == len(done):
        return
    shape = track.columns[0].shape
    left = grad[:, good:]
    missing = np.asarray(
        np.any(np.abs(left) > track.lams[track.next : track.next + left.shape[1]] * shape.l1[:, None], axis=1)
    )
    missing[track.working] = False
    track.tries += 1
    if not missing.any() or track.tries > RESTARTS:
        track.next += 1  # nothing is missing, and yet it is not proved: another strategy may do better
        track.tries = 0
    track.extra = np.flatnonzero(missing) if not len(track.extra) else np.union1d(track.extra, np.flatnonzero(missing))
