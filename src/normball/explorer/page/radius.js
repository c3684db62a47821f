// From t to λ: the solution whose norm is t.  Norms fall as λ grows, so a bracket on log λ closes on it.

// { lam, fit }; λ = 0 where the free optimum lies within the ball already.
function solveRadius(P, penalty, t, free, start, guess) {
  if (free && normOf(penalty, free) <= t) return { lam: 0, fit: free };
  let warm = start;
  const at = (x) => {
    const fit = solve(P, penalty, Math.exp(x), warm);
    if (fit.w1 !== 0 || fit.w2 !== 0) warm = fit;
    return { x, fit, f: normOf(penalty, fit) - t };
  };
  const [low, high] = bracket(at, Math.log(guess > 0 ? guess : lamMax(P)));
  const found = chandrupatla(at, low, high, 1e-13 * t);
  return { lam: Math.exp(found.x), fit: found.fit };
}

// Two points on either side of the root, found by striding from x, ever wider.
function bracket(at, x) {
  let here = at(x),
    there = here;
  for (let k = 0, stride = 0.3; k < 60 && there.f > 0 === here.f > 0; k += 1, stride *= 1.7) {
    here = there;
    there = at(here.x + (here.f > 0 ? stride : -stride));
  }
  return [here, there];
}

// Inverse quadratic steps where they are safe, else halves (T. R. Chandrupatla, Advances in Engineering Software 1997).
function chandrupatla(at, one, other, enough) {
  let a = one,
    b = other,
    c = one,
    share = 0.5;
  for (let k = 0; k < 100; k += 1) {
    const best = Math.abs(a.f) < Math.abs(b.f) ? a : b;
    if (Math.abs(best.f) <= enough || Math.abs(b.x - a.x) < 1e-15 * (1 + Math.abs(best.x))) return best;
    const next = at(a.x + share * (b.x - a.x));
    if (next.f > 0 === a.f > 0) c = a;
    else {
      c = b;
      b = a;
    }
    a = next;
    const xi = (a.x - b.x) / (c.x - b.x),
      phi = (a.f - b.f) / (c.f - b.f);
    share = 0.5;
    if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi) {
      share =
        (a.f / (b.f - a.f)) * (c.f / (b.f - c.f)) +
        ((c.x - a.x) / (b.x - a.x)) * (a.f / (c.f - a.f)) * (b.f / (c.f - b.f));
    }
    share = Math.min(Math.max(share, 1e-8), 1 - 1e-8);
  }
  return Math.abs(a.f) < Math.abs(b.f) ? a : b;
}
