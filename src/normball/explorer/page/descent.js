// Early stopping: plain gradient descent on the unpenalised loss, from w = 0 with the intercept of the null model.

// Every iterate's (w1, w2), up to `most` steps.  The step is a tenth of 1 / (a bound of the curvature): nearly the
// smooth flow.
function descend(P, most) {
  let { b, w1, w2 } = nullFit(P),
    bound = 0;
  for (let i = 0; i < P.n; i += 1) bound += 0.25 * P.c[i] * (1 + P.x1[i] ** 2 + P.x2[i] ** 2);
  const steps = Math.min(most, Math.ceil(1.2e6 / P.n)),
    track = [[0, 0]],
    rate = 0.1 / bound;
  for (let k = 0; k < steps; k += 1) {
    let gb = 0,
      g1 = 0,
      g2 = 0;
    for (let i = 0; i < P.n; i += 1) {
      const r = P.c[i] * (sigmoid(P.offset[i] + b + w1 * P.x1[i] + w2 * P.x2[i]) - P.y[i]);
      gb += r;
      g1 += r * P.x1[i];
      g2 += r * P.x2[i];
    }
    b -= rate * gb;
    w1 -= rate * g1;
    w2 -= rate * g2;
    track.push([w1, w2]);
    if (Math.hypot(gb, g1, g2) < 1e-7) break;
  }
  return { track, rate };
}

// The solutions for a ladder of λ, from where both coefficients are (nearly) 0 to nearly none.
function solutionPath(P, penalty, high, low, count) {
  const points = [[0, 0]];
  let fit = nullFit(P);
  for (let k = 0; k < count; k += 1) {
    fit = solve(P, penalty, high * (low / high) ** (k / (count - 1)), fit);
    points.push([fit.w1, fit.w2]);
  }
  return points;
}

// The first step whose iterate has norm t or more; -1 where descent has not come that far.
const stepAt = (penalty, track, t) => track.findIndex(([w1, w2]) => normOf(penalty, { w1, w2 }) >= t);
