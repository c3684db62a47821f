// The two pictures of the (w1, w2) plane: the penalised surface and the constrained ball.

const LEVELS = 12;

function makePanel(svg, key, names) {
  const { layer, ticks: marks, over } = makeFrame(svg, key),
    { left, top, size } = FRAME;
  const levels = Array.from({ length: LEVELS }, () => draw(layer, "path", { class: "level" }));
  const axes = draw(layer, "path", {
    class: "axes",
    d: `M${left},${top + size / 2}h${size}M${left + size / 2},${top}v${size}`,
  });
  drawName(over, { x: left + size, y: top + size + 36, "text-anchor": "end" }, `w₁ · ${names[0]}`);
  drawName(over, { x: left, y: top - 11 }, `w₂ · ${names[1]}`);
  const panel = { svg, layer, marks, over, levels, axes, reach: 1 };
  panel.place = (w1, w2) => [left + (size / 2) * (1 + w1 / panel.reach), top + (size / 2) * (1 - w2 / panel.reach)];
  return panel;
}

function scalePanel(panel, reach) {
  panel.reach = reach;
  const marks = ticks(-reach, reach, 6);
  labelTicks(
    panel.marks,
    marks.map(({ at, text }) => ({ at: panel.place(at, 0)[0], text })),
    marks.map(({ at, text }) => ({ at: panel.place(0, at)[1], text })),
  );
}

function makeLayers(panel, classes) {
  return Object.fromEntries(Object.entries(classes).map(([key, tag]) => [key, draw(panel.layer, tag, { class: key })]));
}

function drawLevels(panel, grid, lowest) {
  const centre = innerPoint(grid);
  heights(grid, lowest, LEVELS).forEach((height, k) => {
    put(panel.levels[k], { d: polyline(levelSet(grid, height, centre), panel.place, true) });
  });
}

function dot(element, panel, w, radius) {
  const [x, y] = panel.place(w.w1, w.w2);
  put(element, { cx: spot(x), cy: spot(y), r: radius });
}

// ---- left: loss + λΩ, its lowest point, and the way that point takes as λ changes

function makePenalised(names) {
  const panel = makePanel(byId("penalised"), "penalised", names);
  panel.parts = makeLayers(panel, {
    likelihood: "path",
    prior: "path",
    posterior: "path",
    track: "path",
    free: "circle",
    given: "path",
    solution: "circle",
  });
  return panel;
}

function drawPenalised(panel, view) {
  const { parts } = panel,
    { base, fit, penalty, lam, options } = view;
  const sum = addPenalty(base.grid, penalty, lam),
    lowest = view.loss + lam * omega(penalty, fit);
  panel.svg.classList.toggle("bayes", options.prior);
  if (options.prior) drawPrior(panel, view);
  else drawLevels(panel, sum, lowest);
  put(parts.track, { d: polyline(view.track, panel.place, false) });
  drawFree(panel, parts.free, base);
  drawGiven(panel, view);
  dot(parts.solution, panel, fit, 7);
}

function drawFree(panel, element, base) {
  const there = base.free && Math.max(Math.abs(base.free.w1), Math.abs(base.free.w2)) <= panel.reach;
  show(element, there);
  if (there) dot(element, panel, base.free, 5.5);
}

// The coefficients of the model that was given, as a cross.
function drawGiven(panel, { data }) {
  show(panel.parts.given, data.model !== null);
  if (data.model === null) return;
  const [x, y] = panel.place(data.model[0], data.model[1]);
  put(panel.parts.given, { d: `M${spot(x - 12)},${spot(y)}h24M${spot(x)},${spot(y - 12)}v24` });
}

// ---- right: the loss and the ball, touching

function makeConstrained(names) {
  const panel = makePanel(byId("constrained"), "constrained", names);
  panel.parts = makeLayers(panel, {
    ball: "path",
    edge: "path",
    track: "path",
    descent: "path",
    cone: "path",
    tangent: "path",
    push: "path",
    pull: "path",
    free: "circle",
    stopped: "circle",
    given: "path",
    solution: "circle",
  });
  panel.handle = draw(panel.over, "g", {
    class: "handle",
    tabindex: 0,
    role: "slider",
    "aria-label": "Radius t of the ball",
    "aria-orientation": "horizontal",
  });
  draw(panel.handle, "circle", { class: "reachable", r: 22 });
  draw(panel.handle, "path", { class: "grip", d: "M0,-9L9,0L0,9L-9,0Z" });
  return panel;
}

function drawConstrained(panel, view) {
  const { parts } = panel,
    { base, fit, penalty } = view;
  const d = polyline(outline(penalty, view.t), panel.place, true);
  put(parts.ball, { d });
  put(parts.edge, { d });
  put(parts.track, { d: polyline(view.track, panel.place, false) });
  drawFree(panel, parts.free, base);
  drawGiven(panel, view);
  dot(parts.solution, panel, fit, 7);
  put(parts.tangent, { d: view.contour ? polyline(view.contour.points, panel.place, view.contour.closed) : "" });
  drawForces(panel, view);
  drawDescent(panel, view);
  placeHandle(panel, view);
}

// The data pull along -∇loss, the ball pushes back; equal and opposite.  At a corner: the cone that holds the pull.
function drawForces(panel, { active, fit, pull, cone, strength }) {
  const { parts } = panel,
    [x, y] = panel.place(fit.w1, fit.w2),
    size = active ? 26 + 64 * strength : 0;
  put(parts.pull, { d: arrow(x, y, size * pull[0], -size * pull[1]) });
  put(parts.push, { d: arrow(x, y, -size * pull[0], size * pull[1]) });
  const corner = active && (fit.w1 === 0) !== (fit.w2 === 0) && cone[0].some((u, k) => Math.abs(u - cone[1][k]) > 1e-9);
  const side = ([u, v]) => `${spot(x + 104 * u)},${spot(y - 104 * v)}`;
  put(parts.cone, { d: corner ? `M${spot(x)},${spot(y)}L${side(cone[0])}A104,104 0 0 0 ${side(cone[1])}Z` : "" });
}

function drawDescent(panel, { options, descent, stop }) {
  const { parts } = panel;
  put(parts.descent, { d: options.descent ? polyline(descent.shown, panel.place, false) : "" });
  const there = options.descent && stop > 0;
  show(parts.stopped, there);
  if (there) dot(parts.stopped, panel, { w1: descent.track[stop][0], w2: descent.track[stop][1] }, 5);
}

// On the axis, on the side away from the solutions.
function placeHandle(panel, { base, penalty, t, range }) {
  const reach = Math.min(axisReach(penalty, t), 0.97 * panel.reach),
    [x, y] = panel.place(0, base.away * reach);
  put(panel.handle, {
    transform: `translate(${spot(x)},${spot(y)})`,
    "aria-valuemin": range.low,
    "aria-valuemax": range.high,
    "aria-valuenow": t,
    "aria-valuetext": number(t),
  });
}
