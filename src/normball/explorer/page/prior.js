// The same picture as Bayes saw it: where a density has fallen to a half and to a twentieth of its peak.
//   prior ∝ exp(-n λ Ω),   likelihood ∝ exp(-n loss),   posterior ∝ exp(-n F);   the MAP is the penalised solution.

const FALLS = [Math.log(2), Math.log(20)];

function drawPrior(panel, { base, P, penalty, lam }, sum, lowest) {
  const { parts } = panel,
    rings = (grid, bottom, centre) =>
      FALLS.map((fall) => polyline(levelSet(grid, bottom + fall / P.total, centre), panel.place, true)).join("");
  const none = { ...base.grid, values: new Float64Array(base.grid.values.length) };
  put(parts.prior, { d: rings(addPenalty(none, penalty, lam), 0, [1e-9, 1e-9]) });
  put(parts.likelihood, {
    d: base.free
      ? rings(base.grid, base.lowest, [base.free.w1, base.free.w2])
      : rings(base.grid, base.floor, innerPoint(base.grid)),
  });
  put(parts.posterior, { d: rings(sum, lowest, innerPoint(sum)) });
  panel.levels.forEach((level) => put(level, { d: "" }));
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
