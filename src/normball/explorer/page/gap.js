// Proofs: how far, at most, an objective lies above its minimum (docs/design/certificates.md).
//
// A dual point q with Σ c (y - q) = 0 gives, with z = Σ c (y - q) x and any b, w,
//   loss(b, w) + R(w) - min ≤ Σ c KL(q ‖ p) + R(w) + R*(z) - z·w.

function divergence(q, p) {
  const part = (a, b) => (a <= 0 ? 0 : a * Math.log(a / b));
  return part(q, p) + part(1 - q, 1 - p);
}

// q = y - scale·(y - p'), p' the fitted probabilities moved a hair so that the free intercept sees no slope.
function dualPoint(P, fit, scaleOf) {
  const p = new Float64Array(P.n);
  let slope = 0,
    spread = 0;
  for (let i = 0; i < P.n; i += 1) {
    p[i] = sigmoid(P.offset[i] + fit.b + fit.w1 * P.x1[i] + fit.w2 * P.x2[i]);
    slope += P.c[i] * (P.y[i] - p[i]);
    spread += P.c[i] * p[i] * (1 - p[i]);
  }
  const lift = spread > 0 ? slope / spread : 0;
  const residual = p.map((value, i) => P.y[i] - value - lift * value * (1 - value));
  let z1 = 0,
    z2 = 0;
  for (let i = 0; i < P.n; i += 1) {
    z1 += P.c[i] * residual[i] * P.x1[i];
    z2 += P.c[i] * residual[i] * P.x2[i];
  }
  const scale = scaleOf(z1, z2);
  let far = 0;
  for (let i = 0; i < P.n; i += 1) far += P.c[i] * divergence(P.y[i] - scale * residual[i], p[i]);
  return { z1: scale * z1, z2: scale * z2, far: Math.max(far, 0) };
}

// Of loss + λΩ.  L1 alone needs |z| ≤ λ; a little L2 makes every z feasible; at λ = 0 no such q proves anything: null.
function penalisedGap(P, penalty, lam, fit) {
  if (!(lam > 0)) return null;
  const l1 = lam * penalty.alpha,
    l2 = lam * (1 - penalty.alpha);
  const fits = (z1, z2) => (l2 > 0 ? 1 : Math.min(1, l1 / Math.max(Math.abs(z1), Math.abs(z2), 1e-300)));
  const { z1, z2, far } = dualPoint(P, fit, fits);
  const fenchel = (z, w) => {
    // R(w) + R*(z) - z w, as a square where there is one
    if (l2 === 0) return l1 * Math.abs(w) - z * w;
    const over = Math.sign(z) * Math.max(Math.abs(z) - l1, 0),
      inside = z - over;
    return (0.5 * (over - l2 * w) ** 2) / l2 + l1 * Math.abs(w) - inside * w;
  };
  return far + Math.max(fenchel(z1, fit.w1), 0) + Math.max(fenchel(z2, fit.w2), 0);
}

// Of the loss within the ball of radius t: the ball's support function at z, less z·w.
function constrainedGap(P, penalty, lam, t, fit) {
  const { z1, z2, far } = dualPoint(P, fit, () => 1);
  const dot = z1 * fit.w1 + z2 * fit.w2;
  return far + Math.max(support(penalty, lam, t, z1, z2) - dot, 0);
}

// max of z·w over the ball.  Elastic: μ t + (μΩ)*(z) bounds it for every μ > 0 and equals it at μ = the multiplier.
function support(penalty, lam, t, z1, z2) {
  if (penalty.kind === "l1") return t * Math.max(Math.abs(z1), Math.abs(z2));
  if (penalty.kind === "l2") return t * Math.hypot(z1, z2);
  const mu = Math.max(lam, 1e-12),
    l1 = mu * penalty.alpha,
    l2 = mu * (1 - penalty.alpha);
  const part = (z) => Math.max(Math.abs(z) - l1, 0) ** 2 / (2 * l2);
  return mu * t + part(z1) + part(z2);
}
