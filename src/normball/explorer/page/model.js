// What is asked (the state) and what follows from it (the view): one solution, seen as penalised and as constrained.

const KINDS = { l2: 0, l1: 1 };

function makeModel(data) {
  const fill = (values) => (values.length === data.y.length ? values : data.y.map(() => values[0]));
  const rows = { x1: data.x1, x2: data.x2, y: data.y, weight: fill(data.weight), offset: fill(data.offset) };
  const first = makeProblem(rows),
    scale = lamMax(first);
  const kind = data.alpha === 0 ? "l2" : data.alpha === 1 ? "l1" : "elastic";
  const start = {
    kind,
    alpha: kind === "elastic" ? data.alpha : 0.5,
    driver: "lam",
    lam: data.lam,
    t: 0,
    separable: false,
    prior: false,
    descent: false,
  };
  return {
    data,
    rows,
    start,
    state: { ...start, moved: new Map() },
    base: null,
    view: null,
    cache: {},
    lams: { low: Math.min(1e-4 * scale, data.lam || scale), high: Math.max(20 * scale, data.lam) },
  };
}

const penaltyOf = ({ kind, alpha }) => ({ kind, alpha: kind in KINDS ? KINDS[kind] : alpha });

// All that depends on the rows alone: the free optimum, the frame, the grid of the loss (a coarse one while many rows
// are being dragged).
function rebase(model, quick) {
  const { rows, state, data, base: old } = model;
  const P = makeProblem({ ...rows, x1: [...rows.x1], x2: [...rows.x2], y: state.separable ? data.separated : rows.y });
  for (const [i, [u, v]] of state.moved) {
    P.x1[i] = u;
    P.x2[i] = v;
  }
  const none = nullFit(P),
    free = freeFit(P, none),
    scale = lamMax(P);
  const loose = solve(P, { kind: "l2", alpha: 0 }, 0.01 * scale, none),
    corner = solve(P, { kind: "l1", alpha: 1 }, 0.01 * scale, none),
    size = ({ w1, w2 }) => Math.max(Math.abs(w1), Math.abs(w2));
  let wanted = 2 * size(loose);
  if (free) wanted = Math.min(wanted, Math.max(1.35 * size(free), 1.15 * size(corner)));
  if (data.model) wanted = Math.max(wanted, 1.15 * Math.max(...data.model.map(Math.abs)));
  const reach = old && wanted <= old.grid.reach && wanted > 0.5 * old.grid.reach ? old.grid.reach : roundUp(wanted);
  const cells = quick && P.n > 150 ? 16 : 2 * Math.round(Math.min(56, Math.max(24, Math.sqrt(9.6e5 / P.n))) / 2);
  const grid = lossGrid(P, reach, cells),
    floor = grid.values.reduce((a, b) => Math.min(a, b));
  model.P = P;
  model.base = {
    none,
    free,
    scale,
    grid,
    floor,
    lowest: free ? lossAt(P, free.b, free.w1, free.w2) : floor,
    away: loose.w2 > 0 ? -1 : 1,
    slope: slopeAt(P, none),
  };
  model.cache = {};
}

function roundUp(x) {
  const power = 10 ** Math.floor(Math.log10(x || 1));
  return power * [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((m) => m * power >= x * (1 - 1e-9));
}

function slopeAt(P, fit) {
  const d = derivatives(P, fit.b, fit.w1, fit.w2);
  return [d.g1, d.g2];
}

// All that depends on the strength too.
function review(model) {
  const { P, base, state, lams, data } = model,
    penalty = penaltyOf(state),
    { track, range, descent } = alongPath(model, penalty);
  const warm = model.view && model.view.P === P ? model.view.fit : base.none;
  let { lam } = state,
    fit;
  if (state.driver === "t")
    ({ lam, fit } = solveRadius(P, penalty, state.t, base.free, warm, model.view ? model.view.lam : lam));
  else fit = lam > 0 ? solve(P, penalty, lam, warm) : base.free || solve(P, penalty, lams.low, warm);
  const t = state.driver === "t" ? state.t : normOf(penalty, fit),
    active = lam > 0 && t > 0;
  const slope = slopeAt(P, fit),
    size = Math.hypot(...slope),
    reference = Math.hypot(...base.slope) || 1;
  model.view = {
    P,
    base,
    data,
    penalty,
    options: state,
    lam,
    t,
    fit,
    active,
    track,
    range,
    lams,
    descent,
    slope,
    size,
    loss: lossAt(P, fit.b, fit.w1, fit.w2),
    norm: normOf(penalty, fit),
    multiplier: active ? multiplierOf(penalty, lam, fit) : lam > 0 ? lam : 0,
    pull: size > 0 ? [-slope[0] / size, -slope[1] / size] : [0, 0],
    strength: Math.min(1, Math.sqrt(size / reference)),
    cone: normalCone(penalty, fit),
    contour: active && size > 1e-9 * reference ? contourThrough(P, fit, base.grid.reach, base.grid.reach / 40) : null,
    stop: descent ? stepAt(penalty, descent.track, t) : -1,
    gap: penalisedGap(P, penalty, lam, fit),
    constrainedGap: constrainedGap(P, penalty, lam, t, fit),
  };
  return model.view;
}

// The path of solutions and the range of t for this penalty; gradient descent, once it is asked for.
function alongPath(model, penalty) {
  const { P, base, cache, lams, state } = model,
    key = `${penalty.kind} ${penalty.alpha}`;
  if (cache.key !== key) {
    const reach = base.grid.reach,
      edge =
        base.free && Math.max(Math.abs(base.free.w1), Math.abs(base.free.w2)) < 40 * reach
          ? 1.4 * normOf(penalty, base.free)
          : normOf(penalty, { w1: 0.9 * reach, w2: 0.7 * reach });
    Object.assign(cache, {
      key,
      track: [
        ...solutionPath(P, penalty, 3 * lams.high, lams.low, 90),
        ...(base.free ? [[base.free.w1, base.free.w2]] : []),
      ],
      range: { low: 0.01 * edge, high: edge },
    });
  }
  if (state.descent && !cache.descent) {
    cache.descent = descend(P, 20000);
    const { track } = cache.descent,
      last = track.length - 1;
    const kept = new Set(Array.from({ length: 160 }, (_, k) => Math.round((last + 1) ** (k / 159)) - 1));
    cache.descent.shown = [...kept].map((k) => track[k]);
  }
  return { ...cache, descent: state.descent ? cache.descent : null };
}
