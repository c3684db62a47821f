"""The textbook net against autograd: every layer's gradient, in float64.

It needs torch (`pip install 'normball[torch]'`), which the tests do not install; without it these laws are held by the
finite differences of tests/textbook/test_network.py alone, and this file has nothing to collect.
"""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from normball.textbook import Network
from normball.textbook.network import Layer

if find_spec("torch"):

    @pytest.mark.parametrize("lambd", [0.0, 2.5])
    @pytest.mark.parametrize("hidden", [(), (4,), (20, 7, 5), (9, 9, 9, 9)], ids=str)
    def test_backward_is_autograd(hidden, lambd):
        import torch

        rng = np.random.default_rng(len(hidden))
        A, Y = rng.standard_normal((6, 80)), (rng.random((1, 80)) < 0.4).astype(float)
        net = Network(hidden, lambd=lambd, random_state=7)
        layers = [Layer(W, b + 0.1 * rng.standard_normal(b.shape)) for W, b in net.start(6)]
        leaves = [tuple(torch.tensor(part, requires_grad=True) for part in layer) for layer in layers]
        out = torch.tensor(A)
        for k, (W, b) in enumerate(leaves):
            out = W @ out + b
            out = torch.relu(out) if k < len(leaves) - 1 else out
        loss = torch.nn.functional.binary_cross_entropy_with_logits(out, torch.tensor(Y))
        loss = loss + lambd / (2 * 80) * sum((W**2).sum() for W, _ in leaves)
        loss.backward()
        assert net.cost(layers, A, Y) == pytest.approx(loss.item(), rel=1e-13)
        for mine, theirs in zip(net.backward(layers, A, Y), leaves, strict=True):
            for part, leaf in zip(mine, theirs, strict=True):
                assert np.abs(part - leaf.grad.numpy()).max() <= 1e-14 * max(1.0, float(leaf.grad.abs().max()))
