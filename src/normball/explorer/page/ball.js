// The three balls: their norms, outlines, outward normals; and separation.
//   l2: ‖w‖₂ ≤ t     l1: ‖w‖₁ ≤ t     elastic: Ω(w) = α‖w‖₁ + (1-α)/2 ‖w‖₂² ≤ t       (docs/design/strength.md)

function normOf(penalty, { w1, w2 }) {
  const one = Math.abs(w1) + Math.abs(w2);
  if (penalty.kind === "l1") return one;
  if (penalty.kind === "l2") return Math.hypot(w1, w2);
  return penalty.alpha * one + 0.5 * (1 - penalty.alpha) * (w1 * w1 + w2 * w2);
}

// Ω itself, which λ multiplies: ½‖w‖² for l2.
const omega = (penalty, { w1, w2 }) =>
  penalty.alpha * (Math.abs(w1) + Math.abs(w2)) + 0.5 * (1 - penalty.alpha) * (w1 * w1 + w2 * w2);

// Where the ball's edge crosses the positive half of an axis.
function axisReach(penalty, t) {
  if (penalty.kind !== "elastic") return t;
  const a = penalty.alpha,
    q = 1 - a;
  return (2 * t) / (a + Math.sqrt(a * a + 2 * q * t)); // the root of a r + q r²/2 = t, without cancellation
}

// The edge as points; the diamond is four of them, exactly.
function outline(penalty, t) {
  if (penalty.kind === "l1")
    return [
      [t, 0],
      [0, t],
      [-t, 0],
      [0, -t],
    ];
  const points = [],
    a = penalty.kind === "l2" ? 0 : penalty.alpha,
    q = 1 - a;
  for (let k = 0; k < 360; k += 1) {
    const angle = (k * Math.PI) / 180,
      u = k % 180 === 90 ? 0 : Math.cos(angle),
      v = k % 180 === 0 ? 0 : Math.sin(angle);
    const s = a * (Math.abs(u) + Math.abs(v));
    const r = penalty.kind === "l2" ? t : (2 * t) / (s + Math.sqrt(s * s + 2 * q * t));
    points.push([r * u, r * v]);
  }
  return points;
}

// The normal cone of the ball at w, as its two extreme directions (equal where the edge is smooth).
function normalCone(penalty, { w1, w2 }) {
  const a = penalty.kind === "l2" ? 0 : penalty.alpha,
    q = 1 - a;
  const part = (w) => (w !== 0 ? [a * Math.sign(w) + q * w, a * Math.sign(w) + q * w] : [-a, a]);
  const [low1, high1] = part(w1),
    [low2, high2] = part(w2);
  const unit = (u, v) => {
    const size = Math.hypot(u, v) || 1;
    return [u / size, v / size];
  };
  return [unit(low1, low2), unit(high1, high2)];
}

// The multiplier of the constraint as stated: λ, and λ‖w‖₂ for ‖w‖₂ ≤ t, whose gradient has length 1.
const multiplierOf = (penalty, lam, fit) => (penalty.kind === "l2" ? lam * Math.hypot(fit.w1, fit.w2) : lam);

// Whether some line has no row of either class on its wrong side, and not all rows on it: then no free optimum exists.
function separated(P) {
  const of = (label) => {
    const points = [];
    for (let i = 0; i < P.n; i += 1) if (P.c[i] > 0 && P.y[i] === label) points.push([P.x1[i], P.x2[i]]);
    return hull(points);
  };
  const zeros = of(0),
    ones = of(1),
    all = [...zeros, ...ones];
  if (!zeros.length || !ones.length) return true;
  for (let i = 0; i < all.length; i += 1)
    for (let j = 0; j < i; j += 1) {
      const d1 = all[i][0] - all[j][0],
        d2 = all[i][1] - all[j][1];
      for (const [n1, n2] of [
        [-d2, d1],
        [d2, -d1],
        [d1, d2],
        [-d1, -d2],
      ]) {
        // across only matters if all lie on one line
        const side = ([x, y]) => n1 * (x - all[i][0]) + n2 * (y - all[i][1]),
          tiny = 1e-12 * (d1 * d1 + d2 * d2);
        if (
          ones.every((p) => side(p) >= -tiny) &&
          zeros.every((p) => side(p) <= tiny) &&
          all.some((p) => Math.abs(side(p)) > tiny)
        )
          return true;
      }
    }
  return false;
}

// Convex hull, counter-clockwise (Andrew's monotone chain).
function hull(points) {
  const sorted = points.slice().sort((p, q) => p[0] - q[0] || p[1] - q[1]);
  const half = (list) => {
    const kept = [];
    for (const p of list) {
      const turn = ([o, m]) => (m[0] - o[0]) * (p[1] - o[1]) - (m[1] - o[1]) * (p[0] - o[0]);
      while (kept.length > 1 && turn(kept.slice(-2)) <= 0) kept.pop();
      kept.push(p);
    }
    return kept;
  };
  const lower = half(sorted),
    upper = half(sorted.reverse());
  return lower.length < 2 ? lower : [...lower.slice(0, -1), ...upper.slice(0, -1)];
}
