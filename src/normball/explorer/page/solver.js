// Logistic regression in two coefficients and a free intercept, solved exactly.
//
// A problem P holds n rows as Float64Arrays: x1, x2, y (0 or 1), offset, and c, weights that sum to 1.
//   loss(b, w) = Σ c ℓ(y, η),   ℓ = log(1 + e^η) - y η,   η = offset + b + w1 x1 + w2 x2
//   F = loss + λ Ω(w),          Ω = α‖w‖₁ + (1 - α)/2 ‖w‖₂²
// Every solution is held against normball.solve by tests/sweep/test_explorer_browser.py.

function makeProblem(rows) {
  const total = rows.weight.reduce((sum, weight) => sum + weight, 0);
  return {
    n: rows.y.length,
    total,
    x1: Float64Array.from(rows.x1),
    x2: Float64Array.from(rows.x2),
    y: Float64Array.from(rows.y),
    offset: Float64Array.from(rows.offset),
    c: Float64Array.from(rows.weight, (weight) => weight / total),
  };
}

function logLoss(y, eta) {
  return Math.log1p(Math.exp(-Math.abs(eta))) + (eta > 0 ? (1 - y) * eta : -y * eta);
}

function sigmoid(eta) {
  const small = Math.exp(-Math.abs(eta));
  return eta >= 0 ? 1 / (1 + small) : small / (1 + small);
}

function lossAt(P, b, w1, w2) {
  let value = 0;
  for (let i = 0; i < P.n; i += 1) value += P.c[i] * logLoss(P.y[i], P.offset[i] + b + w1 * P.x1[i] + w2 * P.x2[i]);
  return value;
}

// The loss, its gradient (gb, g1, g2) and its Hessian (hbb, hb1, hb2, h11, h12, h22).
function derivatives(P, b, w1, w2) {
  let value = 0,
    gb = 0,
    g1 = 0,
    g2 = 0,
    hbb = 0,
    hb1 = 0,
    hb2 = 0,
    h11 = 0,
    h12 = 0,
    h22 = 0;
  for (let i = 0; i < P.n; i += 1) {
    const x1 = P.x1[i],
      x2 = P.x2[i],
      y = P.y[i],
      c = P.c[i];
    const eta = P.offset[i] + b + w1 * x1 + w2 * x2;
    const small = Math.exp(-Math.abs(eta)),
      near = 1 / (1 + small),
      far = small * near;
    const up = eta >= 0 ? near : far,
      down = eta >= 0 ? far : near; // p and 1 - p, each to full precision
    const slope = c * ((1 - y) * up - y * down),
      h = c * near * far;
    value += c * (Math.log1p(small) + (eta > 0 ? (1 - y) * eta : -y * eta));
    gb += slope;
    g1 += slope * x1;
    g2 += slope * x2;
    hbb += h;
    hb1 += h * x1;
    hb2 += h * x2;
    h11 += h * x1 * x1;
    h12 += h * x1 * x2;
    h22 += h * x2 * x2;
  }
  return { value, gb, g1, g2, hbb, hb1, hb2, h11, h12, h22 };
}

// argmin over v of  ½ vᵀAv - rᵀv + l1‖v‖₁ : the best of the stationary points of all nine sign patterns.
function quadraticL1(a11, a12, a22, r1, r2, l1) {
  const det = a11 * a22 - a12 * a12;
  const both = (s1, s2) => {
    const p = r1 - l1 * s1,
      q = r2 - l1 * s2;
    return [(a22 * p - a12 * q) / det, (a11 * q - a12 * p) / det];
  };
  if (l1 === 0) return both(0, 0);
  const soft = (r) => Math.sign(r) * Math.max(Math.abs(r) - l1, 0);
  let best = [0, 0],
    lowest = 0;
  const offer = (v1, v2) => {
    const value =
      0.5 * (a11 * v1 * v1 + 2 * a12 * v1 * v2 + a22 * v2 * v2) -
      r1 * v1 -
      r2 * v2 +
      l1 * (Math.abs(v1) + Math.abs(v2));
    if (value < lowest) {
      lowest = value;
      best = [v1, v2];
    }
  };
  offer(soft(r1) / a11, 0);
  offer(0, soft(r2) / a22);
  for (const s1 of [-1, 1])
    for (const s2 of [-1, 1]) {
      const [v1, v2] = both(s1, s2);
      if (v1 * s1 > 0 && v2 * s2 > 0) offer(v1, v2);
    }
  return best;
}

// argmin of loss + l1‖w‖₁ + l2/2 ‖w‖₂²: proximal Newton, each quadratic model minimised exactly, intercept eliminated.
function minimise(P, l1, l2, start) {
  let { b, w1, w2 } = start,
    blind = 0;
  const cost = (v1, v2) => l1 * (Math.abs(v1) + Math.abs(v2)) + 0.5 * l2 * (v1 * v1 + v2 * v2);
  for (let k = 0; k < 200 && blind < 3; k += 1) {
    const d = derivatives(P, b, w1, w2);
    const hbb = Math.max(d.hbb, 1e-300),
      q1 = d.hb1 / hbb,
      q2 = d.hb2 / hbb;
    const a11 = Math.max(d.h11 - q1 * d.hb1, 0) + 1e-13 * d.h11 + 1e-300, // collinear or saturated columns
      a22 = Math.max(d.h22 - q2 * d.hb2, 0) + 1e-13 * d.h22 + 1e-300;
    const a12 = d.h12 - q1 * d.hb2;
    const r1 = a11 * w1 + a12 * w2 - (d.g1 - q1 * d.gb),
      r2 = a12 * w1 + a22 * w2 - (d.g2 - q2 * d.gb);
    const [v1, v2] = quadraticL1(a11 + l2, a12, a22 + l2, r1, r2, l1);
    const d1 = v1 - w1,
      d2 = v2 - w2,
      db = -(d.gb + d.hb1 * d1 + d.hb2 * d2) / hbb;
    const expected = d.gb * db + d.g1 * d1 + d.g2 * d2 + cost(v1, v2) - cost(w1, w2);
    let step = 1;
    if (-expected < 1e-13)
      blind += 1; // below what differences of F can show: the last steps are taken on trust
    else {
      const here = d.value + cost(w1, w2);
      const enough = () =>
        lossAt(P, b + step * db, w1 + step * d1, w2 + step * d2) + cost(w1 + step * d1, w2 + step * d2) <=
        here + 1e-4 * step * expected;
      while (!enough() && step > 1e-10) step /= 2;
    }
    b += step * db;
    if (step === 1) {
      w1 = v1;
      w2 = v2;
    } else {
      w1 += step * d1;
      w2 += step * d2;
    }
  }
  return { b, w1, w2 };
}

const solve = (P, penalty, lam, start) => minimise(P, lam * penalty.alpha, lam * (1 - penalty.alpha), start);

// min over b at fixed w: Newton held inside a bracket.  The loss as a function of w alone, which the contours show.
function profile(P, w1, w2, b0) {
  let b = b0,
    low = -Infinity,
    high = Infinity;
  for (let k = 0; k < 100; k += 1) {
    let g = 0,
      h = 0;
    for (let i = 0; i < P.n; i += 1) {
      const p = sigmoid(P.offset[i] + b + w1 * P.x1[i] + w2 * P.x2[i]);
      g += P.c[i] * (p - P.y[i]);
      h += P.c[i] * p * (1 - p);
    }
    if (g > 0) high = b;
    else low = b;
    let next = h > 0 ? b - g / h : b - Math.sign(g);
    if (Math.abs(next - b) > 4) next = b + 4 * Math.sign(next - b);
    if (!(next > low && next < high)) next = Number.isFinite(low + high) ? (low + high) / 2 : next;
    const moved = Math.abs(next - b);
    b = next;
    if (moved < 1e-9 * (1 + Math.abs(b))) break; // Newton's next error is its square
  }
  return b;
}

const nullFit = (P) => ({ b: profile(P, 0, 0, 0), w1: 0, w2: 0 });

// Without a penalty; null where the classes are separated (then the loss has no minimum).
function freeFit(P, start) {
  return separated(P) ? null : minimise(P, 0, 0, start);
}

// λ at and above which L1 keeps both coefficients at 0; for the other penalties a scale to count from.
function lamMax(P) {
  const d = derivatives(P, profile(P, 0, 0, 0), 0, 0);
  return Math.max(Math.abs(d.g1), Math.abs(d.g2), 1e-12);
}
