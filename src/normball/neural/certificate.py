"""What can be proved of a network, and what cannot (docs/design/certificates.md).

A network with hidden layers has no duality gap: its cost is not convex.  What is given is the length of the gradient,
and the gap of the last layer with its inputs held fixed, which is a convex problem of its own.  Without hidden layers
the last layer is all there is, and the gap is the proof.
"""

# pyright: reportMissingImports=false
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import entr, log_softmax, rel_entr
from torch.func import functional_call

from ..certificates.certificate import relative
from .network import HEADS, Network, as_tensor
from .penalty import WeightPenalty

TOL = 1e-8  # relative gap from which an answer without hidden layers is certified
NO_GAP = "no duality gap"
CHUNK = 8192


@dataclass(frozen=True)
class NeuralCertificate:
    """The proof beside a network, as far as there is one.

    status           "certified", "uncertified" or "separated" without hidden layers, else "no duality gap"; or
                     "interrupted"
    objective        mean loss + penalty on the training rows
    gradient_norm    ‖w - prox(w - ∇)‖₂ over all weights and biases: the gradient, where nothing is at a corner
    gap              F - min F <= gap, in nats per observation; None with hidden layers
    last_layer_gap   the same for the last layer alone, all before it held fixed: how far at most F lies above what the
                     best last layer would give.  Infinite where nothing is proved (λ = 0, an active ball)
    null_loss        the loss of the best constant
    epochs, reason   how long it trained, and why it stopped
    """

    status: str
    objective: float
    gradient_norm: float
    gap: float | None
    last_layer_gap: float
    null_loss: float
    epochs: int
    reason: str
    tol: float = TOL

    @property
    def relative_gap(self) -> float | None:
        return None if self.gap is None else relative(self.gap, self.null_loss)

    def summary(self) -> str:
        """In words: what is proved, and what is not."""
        cost = f"[{self.epochs} epochs, stopped: {self.reason}]"
        slope = f"the gradient of the penalised cost has norm {self.gradient_norm:.2g}"
        if self.gap is None:
            last = "nothing is proved of the last layer (no penalty on it, or an active ball)"
            if np.isfinite(self.last_layer_gap):
                share = 100 * relative(self.last_layer_gap, self.null_loss)
                last = (
                    f"with the layers before it held fixed, the last layer is at most {self.last_layer_gap:.2g} above "
                    f"its best ({share:.2g} % of the null loss)"
                )
            first = "Interrupted; no" if self.status == "interrupted" else "No"
            slope = f"{slope[0].upper()}{slope[1:]}"
            return (
                f"{first} duality gap: with hidden layers there may be better minima elsewhere. {slope}; {last}. {cost}"
            )
        proved = f"the objective is at most {self.gap:.2g} above its minimum"
        words = {
            "certified": f"Certified: {proved} ({relative(self.gap, self.null_loss):.1e} of the null loss).",
            "separated": "No minimiser exists: the classes are separated and λ = 0. Use a penalty.",
            "interrupted": f"Interrupted before it was certified: so far, {proved}.",
        }.get(self.status, f"NOT certified to tol={self.tol:g}: {proved}. Train longer, or use a stronger penalty.")
        return f"{words} ({slope[0].upper()}{slope[1:]}.) {cost}"


def certify(plan, trained, X: np.ndarray, y: np.ndarray, lam: float, interrupted: bool) -> NeuralCertificate:
    """The certificate of trained weights for their training rows, in float64 on the CPU.

    X (n, p); y (n,) 0/1 or class numbers, or (n, K) targets
    """
    network = Network(plan.widths, plan.activation, torch.float64).put(trained.coefs, trained.intercepts)
    rule = WeightPenalty(lam, plan.l1_ratio, plan.group, plan.max_norm)
    loss, slope, inner = _pass(network, plan.head, rule, X, y)
    W, b = trained.coefs[-1], trained.intercepts[-1]
    value = float(sum(rule.value(layer.weight.detach()) for layer in network.linear))
    gap = np.inf
    inside = plan.max_norm is None or bool((np.linalg.norm(W, axis=0) < plan.max_norm * (1 - 1e-12)).all())
    if inside:
        gap = head_gap(plan.head, inner, y, W, b, lam, plan.l1_ratio, plan.group)
    null, status = null_loss(plan.head, y), NO_GAP
    deep = len(plan.widths) > 2
    if not deep:
        status = "certified" if relative(gap, null) <= TOL else "uncertified"
        if plan.head == "binary" and inside:  # the sharper proof, which also sees separation
            from ..verbs import audit

            proof = audit(W[:, 0], X, y, intercept=float(b[0]), lam=lam, l1_ratio=plan.l1_ratio, tol=TOL).certificate
            gap, status = proof.gap, proof.status
    if interrupted and status != "certified":
        status = "interrupted"
    return NeuralCertificate(
        status, loss + value, slope, None if deep else gap, gap, null, trained.epochs, trained.reason
    )


def _pass(network: Network, head: str, rule: WeightPenalty, X, y) -> tuple[float, float, np.ndarray]:
    """Mean loss, the length of the gradient mapping, and what the last layer is given, (n, d)."""
    data = as_tensor(np.asarray(X, np.float64))
    target = as_tensor(y)
    target = target if head == "softmax" else target.double()
    params = {name: value.detach().requires_grad_() for name, value in network.named_parameters()}
    total, inner = 0.0, []
    for lo in range(0, len(data), CHUNK):
        x = data[lo : lo + CHUNK]
        loss = HEADS[head](functional_call(network, params, (x,)), target[lo : lo + CHUNK]).sum() / len(data)
        loss.backward()
        total += float(loss.detach())
        with torch.no_grad():
            inner.append(network.inner(x).numpy())
    squares = 0.0
    with torch.no_grad():
        for name, value in params.items():
            gradient = value.grad
            assert gradient is not None
            if name.endswith("weight"):
                rule.add_gradient(value)
                moved = rule.proximal(value - gradient, 1.0) if rule.moves else value - gradient
                gradient = value - moved
            squares += float((gradient**2).sum())
    return total, squares**0.5, np.concatenate(inner)


# ---- the gap of one layer -------------------------------------------------------------------------------------------


def head_gap(head: str, H, y, W, b, lam: float, l1_ratio: float, group: bool) -> float:
    """F(W, b) - min F <= this, for one layer with inputs H (n, d), weights W (d, K), b (K,) free.

    The formulas of docs/design/certificates.md: a feasible dual point from the residual, then a sum of non-negative
    terms.  Law: tests/neural/test_certificate.py
    """
    n, eta = len(H), H @ W + b
    R, loss_term = _feasible(head, y, eta)
    Z = H.T @ R / n
    l1, l2 = lam * l1_ratio, lam * (1.0 - l1_ratio)
    size, cut = (np.linalg.norm(Z, axis=1), l1 * W.shape[1] ** 0.5) if group else (np.abs(Z), l1)
    if l2 == 0.0:
        if cut == 0.0:
            return np.inf  # without a penalty the gradient itself would have to be zero
        shrink = min(1.0, cut / size.max()) if size.max() > 0.0 else 1.0
        R, Z, conjugate = R * shrink, Z * shrink, 0.0
    else:
        conjugate = (np.clip(size - cut, 0.0, None) ** 2).sum() / (2.0 * l2)
    sparse = np.linalg.norm(W, axis=1).sum() * W.shape[1] ** 0.5 if group else np.abs(W).sum()
    value = l1 * sparse + 0.5 * l2 * (W**2).sum()
    gap = loss_term(R) + value + conjugate - (Z * W).sum() - b @ R.mean(0)
    return float(max(gap, 0.0))


def _feasible(head: str, y, eta):
    """Residuals R (n, K) with zero mean, and what a residual costs: mean KL(q ‖ p), or ½ mean ‖q - η‖²; q = Y - R."""
    if head == "squared":
        R = y - eta
        return R - R.mean(0), lambda R: 0.5 * ((y - R - eta) ** 2).sum() / len(eta)
    if head == "binary":
        scores = np.column_stack([np.zeros(len(eta)), eta[:, 0]])
        Y = np.column_stack([1.0 - y, y])
    else:
        scores, Y = eta, np.eye(eta.shape[1])[y]
    logp = log_softmax(scores, axis=1)
    R = Y - np.exp(logp)
    Q = Y - (R - R.mean(0))
    low = np.clip(-Q.min(0), 0.0, None)
    shares = Y.mean(0)
    s = float((low / (shares + low)).max())
    R = Y - ((1.0 - s) * Q + s * shares)
    own = (slice(None), slice(1, 2)) if head == "binary" else (slice(None), slice(None))

    def cost(R):
        full = np.column_stack([-R[:, 0], R[:, 0]]) if head == "binary" else R
        Q = np.clip(Y - full, 0.0, 1.0)
        P = np.exp(logp)
        near = P > 1e-200  # rel_entr keeps small differences; where p has no number, its logarithm has
        bent = np.where(near, rel_entr(Q, np.where(near, P, 1.0)) - Q + P, Q * (np.log(np.maximum(Q, 1e-300)) - logp))
        return bent.sum() / len(Q)

    return R[own], cost


def null_loss(head: str, y) -> float:
    """Of the best constant, in nats."""
    if head == "squared":
        return float(0.5 * ((y - y.mean(0)) ** 2).sum() / len(y))
    return float(entr(np.bincount(np.asarray(y, np.int64)) / len(y)).sum())
