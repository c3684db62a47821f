// What is said: the numbers beside the sliders, under the pictures, and one sentence about where the solution lies.

const SHAPES = { l2: "circle", l1: "diamond", elastic: "elastic ball" };
const NORMS = { l2: "‖w‖₂", l1: "‖w‖₁", elastic: "Ω(w)" };
const PENALTIES = { l2: "λ/2 ‖w‖₂²", l1: "λ‖w‖₁", elastic: "λΩ(w)" };

const say = (key, text) => {
  for (const element of document.querySelectorAll(`[data-say=${key}]`)) element.textContent = text;
};

// Coefficients and intercept for the columns as they came.
function perUnit({ centre, scale, offsetCentre }, { b, w1, w2 }) {
  const coef = [w1 / scale[0], w2 / scale[1]];
  return { coef, intercept: b - coef[0] * centre[0] - coef[1] * centre[1] - offsetCentre };
}

function tell(model) {
  const { view, state, data, lams } = model,
    { fit, penalty, lam, t } = view,
    units = perUnit(data, fit);
  for (const radio of document.querySelectorAll("[name=penalty]")) radio.checked = radio.value === penalty.kind;
  for (const word of ["separable", "prior", "descent"]) byId(word).checked = state[word];
  byId("mixing").hidden = penalty.kind !== "elastic";
  byId("alpha").value = state.alpha;
  slide("lam", fromLog(lams, lam), lam);
  slide("t", fromLog(view.range, t), t);
  say("alpha", number(state.alpha, 2));
  say("loss", number(view.loss));
  say("cost", number(lam * omega(penalty, fit)));
  say("objective", number(view.loss + lam * omega(penalty, fit)));
  say("gap", tiny(view.gap));
  say("constrained-gap", tiny(view.constrainedGap));
  say("multiplier", number(view.multiplier));
  say("slope", number(view.size < 1e-14 ? 0 : view.size));
  say("norm", number(view.norm));
  say("t", number(t));
  say("norm-word", `${NORMS[penalty.kind]} ≤ t`);
  say("left-word", NORMS[penalty.kind]);
  say("penalty-word", PENALTIES[penalty.kind]);
  say("w1", number(fit.w1));
  say("w2", number(fit.w2));
  say("w1-unit", number(units.coef[0]));
  say("w2-unit", number(units.coef[1]));
  say("intercept", number(units.intercept));
  say("where", whereWords(view));
  say("free", freeWords(view));
  say("prior", state.prior ? priorWords(view) : "");
  say("stopping", state.descent ? stoppingWords(view) : "");
  byId("prior-key").hidden = !state.prior;
  byId("surface-key").hidden = state.prior;
  byId("descent-key").hidden = !state.descent;
  for (const key of document.querySelectorAll("[data-needs=free]")) key.hidden = !view.base.free;
}

// A slider and its number; what a person is typing is left alone.
function slide(id, share, value) {
  const slider = byId(id),
    exact = byId(`${id}-exact`);
  if (Math.abs(slider.valueAsNumber - share) > 1e-9) slider.value = share;
  slider.setAttribute("aria-valuetext", number(value));
  if (document.activeElement !== exact || exact.valueAsNumber !== value)
    exact.value = value !== 0 && value < 1e-3 ? value.toExponential(4) : Number(value.toPrecision(5)); // it is narrow
}

function whereWords({ active, fit, penalty, lam, t, multiplier, norm }) {
  const shape = SHAPES[penalty.kind],
    zero = ["w₁", "w₂"].filter((_, k) => [fit.w1, fit.w2][k] === 0);
  if (lam === 0)
    return `Inactive: the free optimum lies inside the ${shape}, ${number(norm)} ≤ ${number(t)}: the multiplier is 0.`;
  if (!active) return "λ is so large that both coefficients are 0: the ball has shrunk to a point.";
  if (zero.length)
    return `Active at a corner: ${zero[0]} = 0 exactly. The data's pull lies in the cone of the ${shape}'s normals.`;
  const balance = `−∇loss = ${number(multiplier)} · ∇${NORMS[penalty.kind]}`;
  return `Active: contour and ${shape} touch, and the two gradients cancel: ${balance}.`;
}

function freeWords({ base, fit }) {
  const outside = ({ w1, w2 }) => Math.max(Math.abs(w1), Math.abs(w2)) > base.grid.reach;
  const off = outside(fit) ? " This solution lies outside the frame." : "";
  if (!base.free) return `Separated: without a penalty the coefficients run away. The ball stops them.${off}`;
  const { w1, w2 } = base.free;
  return `Free optimum: (${number(w1, 3)}, ${number(w2, 3)})${outside(base.free) ? ", outside the frame" : ""}.${off}`;
}

function stoppingWords({ descent, stop, fit }) {
  const last = descent.track.length - 1;
  if (stop < 1) return `Gradient descent has not left this ball after ${last.toLocaleString("en-US")} steps.`;
  const [w1, w2] = descent.track[stop],
    off = Math.hypot(w1 - fit.w1, w2 - fit.w2);
  const rate = number(descent.rate, 3),
    step = stop.toLocaleString("en-US"),
    length = Math.hypot(fit.w1, fit.w2);
  return (
    `Gradient descent from 0 (rate ${rate}) leaves this ball at step ${step}. ` +
    `Stopped there it is ${number(off, 2)} from this solution, whose length is ${number(length, 2)}.`
  );
}

function sayPoint(model, cloud) {
  const i = cloud.chosen,
    { P, data } = model;
  if (i < 0) {
    say("point", "Drag a point, or focus the picture and use the keys.");
    return;
  }
  const raw = (j, u) => number(data.centre[j] + data.scale[j] * u);
  say("point", `Row ${i + 1}, ${data.labels[P.y[i]]}: ${raw(0, P.x1[i])}, ${raw(1, P.x2[i])}`);
}
