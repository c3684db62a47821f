"""THE loop: a stack of models of one shape, trained together.  A single fit is a stack of one.

    1  every model takes the batch of its own fold;  one vmapped forward and backward pass for all
    2  the optimiser steps;  L1, groups and balls act on the weights by a proximal step
    3  after an epoch each model is judged by itself, on its dev rows or by its penalised training cost
    4  what does not improve any more leaves the stack;  the best weights seen are the answer

Models see nothing of each other: in exact arithmetic the stack gives what each would give alone.
"""

# pyright: reportMissingImports=false
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call, vmap

from ..runtime import Watch
from .feed import Batch, Feed, Fold, steps_of
from .fista import Fista
from .network import CURVATURE, HEADS, Network, as_tensor, stack_networks, wrong
from .penalty import WeightPenalty
from .proximal import Proximal
from .settings import Plan

CHUNK = 4096  # rows judged at a time
FISTA_EPOCH = 25  # steps on all rows between two looks


@dataclass(frozen=True)
class Member:
    """One model of the stack: its λ and the number of its fold."""

    lam: float
    fold: int


@dataclass
class Trained:
    """What became of one model.

    coefs, intercepts   (in, out) and (out,) float64 for every layer, or empty: Ctrl-C came before the first epoch
    value               what was judged: dev loss, or penalised training cost; of the weights that are given
    reason              why it stopped: "no improvement", "epochs", "converged", "diverged" or "interrupted"
    history             train_loss, dev_loss (E,), norms (E, L)
    """

    coefs: list[np.ndarray] = field(default_factory=list)
    intercepts: list[np.ndarray] = field(default_factory=list)
    value: float = np.inf
    epochs: int = 0
    reason: str = "epochs"
    history: dict[str, np.ndarray] = field(default_factory=dict)


def train(
    plan: Plan, X: np.ndarray, y: np.ndarray, folds: list[Fold], members: list[Member], watch: Watch
) -> tuple[list[Trained], bool]:
    """Train all members in lockstep; (what became of each, whether Ctrl-C ended it).

    X : (n, p) all rows, dev rows too;  y : (n,) 0/1 floats or class numbers, or (n, K) targets
    Members whose folds make another number of steps in an epoch go in a stack of their own: a step is one for all.
    """
    data = as_tensor(X).to(plan.device, plan.dtype)
    target = as_tensor(y).to(plan.device)
    target = target if plan.head == "softmax" else target.to(plan.dtype)
    steps = [steps_of(len(folds[member.fold].rows), plan.batch_size) for member in members]
    out = [Trained() for _ in members]
    for count in sorted(set(steps)):
        mine = [k for k, s in enumerate(steps) if s == count]
        used = sorted({members[k].fold for k in mine})
        stack = Stack(plan, data, target, [folds[f] for f in used], [members[k] for k in mine], used, watch)
        stopped = stack.run()
        for k, trained in zip(mine, stack.results(), strict=True):
            out[k] = trained
        if stopped:
            return out, True
    return out, False


class Stack:
    """The state of the loop.  ids (m,): the models still in it; best: the weights to give, of all of them."""

    def __init__(self, plan: Plan, X, y, folds: list[Fold], members: list[Member], used: list[int], watch: Watch):
        self.plan, self.watch, self.folds, self.device = plan, watch, folds, X.device
        self.fold = torch.tensor([used.index(member.fold) for member in members], device=self.device)
        self.lams = torch.tensor([member.lam for member in members], dtype=plan.dtype, device=self.device)
        first = [Network(plan.widths, plan.activation, plan.dtype) for _ in members]
        for network, f in zip(first, self.fold.tolist(), strict=True):
            network.draw(np.random.default_rng([folds[f].seed, 0]))
        self.network = Network(plan.widths, plan.activation, plan.dtype).to("meta")
        self.shift = X.mean(0) if plan.optimizer == "fista" else None
        X = X if self.shift is None else X - self.shift
        self.feed, self.params = Feed(X, y, folds, plan.batch_size), stack_networks(first, plan.device)
        self.weights = [name for name in self.params if name.endswith("weight")]
        self.ids = torch.arange(len(members), device=self.device)
        self.optimizer = self._optimizer()
        self.best = {name: value.detach().clone() for name, value in self.params.items()}
        self.value = torch.full((len(members),), torch.inf, dtype=torch.float64)
        self.lowest = self.value.clone()  # seen so far; without dev rows the last weights are given all the same
        self.waited = np.zeros(len(members), int)
        self.reasons, self.seen = ["epochs"] * len(members), np.zeros(len(members), int)
        self.told: list[tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray]] = []

    # ---- steps ------------------------------------------------------------------------------------------------------

    def run(self) -> bool:
        """Until all have stopped; whether Ctrl-C did it."""
        try:
            for epoch in range(1, self.plan.epochs + 1):
                loss = self._epoch()
                self._judge(loss)
                self.watch.tell(
                    len(self.ids), len(self.reasons), float("nan"), epoch == self.plan.epochs or not len(self.ids)
                )
                if not len(self.ids):
                    return False
        except KeyboardInterrupt:
            for k in self.ids.tolist():
                self.reasons[k] = "interrupted"
            return True
        return False

    def _epoch(self) -> Tensor:
        """One pass; the mean loss of the batches as they were met, (m,)."""
        total = torch.zeros(len(self.ids), dtype=self.plan.dtype, device=self.device)
        for _ in range(FISTA_EPOCH if self.plan.optimizer == "fista" else 1):
            total.zero_()
            for batch in self.feed.epoch(self.fold[self.ids]):
                total += batch.share * self._step(batch)
        return total

    def _step(self, batch: Batch) -> Tensor:
        losses = self._losses(self.params, batch)
        for value in self.params.values():
            value.grad = None
        losses.sum().backward()
        self.optimizer.step()
        return losses.detach()

    def _losses(self, params: dict[str, Tensor], batch: Batch) -> Tensor:
        """Weighted loss of each model on its rows, (m,)."""
        network, head = self.network, HEADS[self.plan.head]

        def loss(params, x, y, c):
            return (c * head(functional_call(network, params, (x,)), y)).sum()

        rows = None if batch.shared else 0
        return vmap(loss, in_dims=(0, rows, rows, 0))(params, batch.X, batch.y, batch.c)

    def _optimizer(self):
        plan, rule = self.plan, self._rule()
        if plan.optimizer == "fista":
            assert self.feed.weights is not None
            return Fista(self.params, rule, self.feed.X, self.feed.weights, self.fold, CURVATURE[plan.head])
        every = list(self.params.values())
        if plan.optimizer == "sgd":
            inner = torch.optim.SGD(every, lr=plan.learning_rate, momentum=plan.momentum)
        else:
            inner = torch.optim.Adam(every, lr=plan.learning_rate)
        weights = [self.params[name] for name in self.weights]
        return Proximal(inner, weights, rule.lam, rule.l1_ratio, group=rule.group, max_norm=rule.max_norm)

    def _rule(self) -> WeightPenalty:
        plan = self.plan
        return WeightPenalty(self.lams[self.ids], plan.l1_ratio, plan.group, plan.max_norm)

    # ---- judging ----------------------------------------------------------------------------------------------------

    @torch.no_grad()
    def _judge(self, loss: Tensor) -> None:
        answer = self.optimizer.answer if isinstance(self.optimizer, Fista) else self.params
        rule = self._rule()
        cost = loss + sum(rule.value(answer[name]) for name in self.weights)
        with_dev = self.folds[0].dev is not None
        dev = self.held_out(answer)[0] if with_dev else None
        value = (cost if dev is None else dev).double().cpu()
        ids = self.ids.cpu()
        norms = torch.stack([torch.linalg.vector_norm(answer[name], dim=(1, 2)) for name in self.weights], 1)
        kept = value < self.lowest[ids] if with_dev else torch.isfinite(value)
        waits = ~(value < self.lowest[ids] - self.plan.tol)
        self.lowest[ids] = torch.fmin(value, self.lowest[ids])
        self.value[ids] = torch.where(kept, value, self.value[ids])
        rows, place = self.ids[kept.to(self.device)], kept.to(self.device)
        for name, mine in self.best.items():
            mine[rows] = answer[name][place]
        numbers = ids.numpy()
        self.seen[numbers] += 1
        self.waited[numbers] = np.where(waits.numpy(), self.waited[numbers] + 1, 0)
        held = None if dev is None else dev.double().cpu().numpy()
        self.told.append((numbers.copy(), loss.double().cpu().numpy(), held, norms.double().cpu().numpy()))
        self._leave(torch.isfinite(value).numpy())

    def _leave(self, finite: np.ndarray) -> None:
        """Those that are done leave the stack."""
        numbers, plan = self.ids.cpu().numpy(), self.plan
        if isinstance(self.optimizer, Fista):
            done = (self.optimizer.length <= plan.tol).cpu().numpy()
            word = "converged"
        else:
            done, word = self.waited[numbers] >= plan.patience, "no improvement"
        done |= ~finite
        if not done.any():
            return
        for k, ok in zip(numbers[done], finite[done], strict=True):
            self.reasons[k] = word if ok else "diverged"
        stay = torch.from_numpy(~done).to(self.device)
        self.ids = self.ids[stay]
        state = {} if isinstance(self.optimizer, Fista) else self.optimizer.optimizer.state
        for value in self.params.values():
            value.grad = None
            for name, part in state.get(value, {}).items():
                if isinstance(part, Tensor) and part.ndim:
                    state[value][name] = part[stay]
            value.data = value.data[stay]
        if isinstance(self.optimizer, Fista):
            self.optimizer.keep(stay, self._rule())
        else:
            self.optimizer.rule = self._rule()

    def held_out(self, params: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Mean loss and share of errors of the models in the stack on their dev rows, (m,) each."""
        folds = [self.folds[f] for f in self.fold[self.ids].tolist()]
        return judge(self.plan, self.network, params, self.feed.X, self.feed.y, [f.dev for f in folds])

    def results(self) -> list[Trained]:
        """Of all models, in the order they came."""
        out = []
        best = {name: value.double().cpu().numpy() for name, value in self.best.items()}
        for k, reason in enumerate(self.reasons):
            mine = [(epoch, int(np.flatnonzero(epoch[0] == k)[0])) for epoch in self.told if k in epoch[0]]
            history = dict(
                train_loss=np.array([e[1][j] for e, j in mine]),
                norms=np.array([e[3][j] for e, j in mine]).reshape(len(mine), len(self.weights)),
            )
            if self.folds[0].dev is not None:
                history["dev_loss"] = np.array([e[2][j] for e, j in mine if e[2] is not None])
            made = Trained(value=float(self.value[k]), epochs=int(self.seen[k]), reason=reason, history=history)
            if self.seen[k]:
                made.coefs = [best[name][k].T.copy() for name in self.weights]
                made.intercepts = [best[name][k].copy() for name in best if name.endswith("bias")]
                if self.shift is not None:
                    made.intercepts[0] -= self.shift.double().cpu().numpy() @ made.coefs[0]
            out.append(made)
        return out


@torch.no_grad()
def judge(plan: Plan, network: Network, params: dict[str, Tensor], X: Tensor, y: Tensor, rows: list) -> tuple:
    """Mean loss and share of errors of each model on its own rows, (m,) each; chunk by chunk."""
    head: Callable = HEADS[plan.head]
    one = all(part is rows[0] for part in rows)
    longest = max(len(part) for part in rows)
    index = np.zeros((1 if one else len(rows), longest), np.int64)
    for line, part in zip(index, rows, strict=False):
        line[: len(part)] = part
    sizes = torch.tensor([len(part) for part in rows], device=X.device)
    sums = torch.zeros(2, len(rows), dtype=X.dtype, device=X.device)

    def both(params, x, y, c):
        eta = functional_call(network, params, (x,))
        return (c * head(eta, y)).sum(), (c * wrong(plan.head, eta, y)).sum()

    for lo in range(0, longest, CHUNK):
        some = torch.from_numpy(index[:, lo : lo + CHUNK]).to(X.device)
        c = (torch.arange(lo, lo + some.shape[1], device=X.device) < sizes[:, None]).to(X.dtype)
        some = some[0] if one else some
        where = None if one else 0
        found = vmap(both, in_dims=(0, where, where, 0))(params, X[some], y[some], c)
        sums[0] += found[0]
        sums[1] += found[1]
    return sums[0] / sizes, sums[1] / sizes
