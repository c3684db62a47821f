// Start: read the data and the address, then draw whenever something changes.

const data = JSON.parse(byId("data").textContent),
  model = makeModel(data);
model.state = stateOf(location.hash, model.start, data.y.length);
rebase(model);
const panels = { penalised: makePenalised(data.names), constrained: makeConstrained(data.names) },
  cloud = makeCloud(data, model.P);
let kept = 0,
  refined = 0;

function changed(rows) {
  if (rows) {
    rebase(model, rows === "quick");
    clearTimeout(refined);
  }
  if (rows === "quick") refined = setTimeout(() => changed(true), 250);
  const view = review(model);
  if (rows) redraw();
  drawPenalised(panels.penalised, view);
  drawConstrained(panels.constrained, view);
  drawBoundary(cloud, view);
  tell(model);
  clearTimeout(kept); // browsers refuse an address that changes at every movement
  kept = setTimeout(() => history.replaceState(null, "", addressOf(model.state)), 200);
}

// What depends on the rows: frames, the loss's own level sets, the points.
function redraw() {
  const { grid, lowest, floor, free } = model.base;
  for (const panel of Object.values(panels)) scalePanel(panel, grid.reach);
  drawLevels(panels.constrained, grid, free ? Math.min(lowest, floor) : floor);
  drawPoints(cloud, model.P);
  if (cloud.chosen >= 0) choosePoint(cloud, model.P, cloud.chosen);
  sayPoint(model, cloud);
}

listen(model, panels, cloud, changed);
document.documentElement.classList.add("live");
changed(true);

// For tests and for the curious: the numbers behind the picture, each with all its digits.
window.explorer = {
  state() {
    const { view, P, base, state } = model,
      { fit, penalty } = view;
    return {
      penalty: penalty.kind,
      l1_ratio: penalty.alpha,
      driver: state.driver,
      lam: view.lam,
      t: view.t,
      coef: [fit.w1, fit.w2],
      intercept: fit.b,
      units: perUnit(data, fit),
      loss: view.loss,
      norm: view.norm,
      objective: view.loss + view.lam * omega(penalty, fit),
      gap: view.gap,
      constrained_gap: view.constrainedGap,
      multiplier: view.multiplier,
      active: view.active,
      gradient: view.slope,
      normal_cone: view.cone,
      free: base.free && [base.free.w1, base.free.w2],
      separable: base.free === null,
      reach: base.grid.reach,
      contour: view.contour,
      ball: outline(penalty, view.t),
      descent: view.descent && { rate: view.descent.rate, stop: view.stop, track: view.descent.track },
      rows: { x1: [...P.x1], x2: [...P.x2], y: [...P.y], c: [...P.c], offset: [...P.offset], total: P.total },
    };
  },
};
