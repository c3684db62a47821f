// The same picture as Bayes saw it: where a density has fallen to a half and to a twentieth of its peak.
//   prior ∝ exp(-n λ Ω),   likelihood ∝ exp(-n loss),   posterior ∝ exp(-n F);   the MAP is the penalised solution.

const FALLS = [Math.log(2), Math.log(20)];

function drawPrior(panel, { base, P, penalty, lam, fit }) {
  const { parts, place } = panel;
  const rings = (ringOf) => FALLS.map((fall) => polyline(ringOf(fall / P.total), place, true)).join("");
  put(parts.prior, { d: lam > 0 ? rings((fall) => outline(penalty, radiusOf(penalty, fall / lam))) : "" });
  put(parts.posterior, {
    d: base.free || lam > 0 ? rings((fall) => ring(P, penalty, lam, fit, fall, base.grid.reach)) : "",
  });
  if (!base.rings) {
    const { free, grid, floor } = base,
      centre = innerPoint(grid);
    base.rings = FALLS.map((fall) => fall / P.total).map((fall) =>
      free ? ring(P, penalty, 0, free, fall, grid.reach) : levelSet(grid, floor + fall, centre),
    );
  }
  put(parts.likelihood, { d: base.rings.map((points) => polyline(points, place, true)).join("") });
  panel.levels.forEach((level) => put(level, { d: "" }));
}

// The t of the ball on whose edge Ω has this value.
const radiusOf = (penalty, value) => (penalty.kind === "l2" ? Math.sqrt(2 * value) : value);

// Around a minimiser, where loss + λΩ has risen by `fall`: Newton along each ray; convex, so it comes from outside.
function ring(P, penalty, lam, fit, fall, reach) {
  const bottom = lossAt(P, fit.b, fit.w1, fit.w2) + lam * omega(penalty, fit),
    points = [];
  let r = 0.1 * reach;
  for (let k = 0; k < 72; k += 1) {
    const u = Math.cos((k * Math.PI) / 36),
      v = Math.sin((k * Math.PI) / 36);
    let b = fit.b;
    for (let turn = 0; turn < 40; turn += 1) {
      const w1 = fit.w1 + r * u,
        w2 = fit.w2 + r * v;
      b = profile(P, w1, w2, b);
      const d = derivatives(P, b, w1, w2),
        a = penalty.alpha,
        q = 1 - a;
      const rise = d.value + lam * omega(penalty, { w1, w2 }) - bottom - fall;
      const slope = (d.g1 + lam * (a * Math.sign(w1) + q * w1)) * u + (d.g2 + lam * (a * Math.sign(w2) + q * w2)) * v;
      if (!(slope > 0)) {
        r *= 4;
        continue;
      }
      const next = r - rise / slope;
      const done = Math.abs(next - r) < 1e-4 * r;
      r = Math.min(Math.max(next, 1e-3 * r), 50 * reach);
      if (done) break;
    }
    points.push([fit.w1 + r * u, fit.w2 + r * v]);
  }
  return points;
}

// What the penalty says before any data: the width of the prior, as normball.strength counts it.
function priorWords({ penalty, lam, P }) {
  if (!(lam > 0)) return "λ = 0 is a flat prior: every pair of coefficients is as likely as any other.";
  const n = Number(P.total.toPrecision(6)).toLocaleString("en-US"),
    counted = `n = ${n}`;
  if (penalty.kind === "l2")
    return `A Gaussian prior, σ = 1/√(nλ) = ${number(1 / Math.sqrt(P.total * lam))}, on each coefficient (${counted}).`;
  if (penalty.kind === "l1")
    return `A Laplace prior, sd = √2/(nλ) = ${number(Math.SQRT2 / (P.total * lam))}, on each coefficient (${counted}).`;
  return `A prior ∝ exp(−nλΩ), between Laplace and Gaussian (${counted}, nλ = ${number(P.total * lam)}).`;
}
