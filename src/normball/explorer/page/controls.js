// What people do: sliders, numbers, switches, dragging, keys.  Every change ends in one call of `changed`.

// A slider on a log scale: its 0…1000 between two ends; the number beside it is the value itself.
const toLog = ({ low, high }, share) => low * (high / low) ** (share / 1000);
const fromLog = ({ low, high }, value) =>
  Math.min(1000, Math.max(0, 1000 * (Math.log(Math.max(value, 1e-300) / low) / Math.log(high / low))));

function listen(model, panels, cloud, changed) {
  const set = (values, rows = false) => {
    Object.assign(model.state, values);
    changed(rows);
  };
  byId("lam").addEventListener("input", (event) =>
    set({ driver: "lam", lam: toLog(model.lams, event.target.valueAsNumber) }),
  );
  byId("t").addEventListener("input", (event) =>
    set({ driver: "t", t: toLog(model.view.range, event.target.valueAsNumber) }),
  );
  byId("alpha").addEventListener("input", (event) => set({ alpha: event.target.valueAsNumber }));
  for (const [id, driver] of [
    ["lam-exact", "lam"],
    ["t-exact", "t"],
  ])
    byId(id).addEventListener("change", (event) => {
      const value = event.target.valueAsNumber;
      if (value > 0 && value < 1e12) set({ driver, [driver]: value });
      else changed(false);
    });
  for (const radio of document.querySelectorAll("[name=penalty]"))
    radio.addEventListener("change", () => {
      set({ kind: radio.value, driver: "lam", lam: model.view.lam > 0 ? model.view.lam : model.lams.low });
    });
  for (const word of ["separable", "prior", "descent"]) {
    byId(word).addEventListener("change", (event) => set({ [word]: event.target.checked }, word === "separable"));
  }
  byId("reset").addEventListener("click", () => set({ ...model.start, moved: new Map() }, true));
  window.addEventListener("hashchange", () => {
    model.state = stateOf(location.hash, model.start, model.data.y.length);
    changed(true);
  });
  dragRadius(model, panels.constrained, set);
  dragPoints(model, cloud, changed);
}

// The pointer in the coordinates of an SVG's viewBox.
function pointer(svg, event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [point.x, point.y];
}

// Follow a pointer from where it went down until it is let go.
function follow(element, event, move) {
  event.preventDefault();
  element.setPointerCapture(event.pointerId);
  const stop = () => {
    element.removeEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) element.removeEventListener(end, stop);
  };
  element.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, stop);
}

function dragRadius(model, panel, set) {
  const to = (t) => {
    const { low, high } = model.view.range;
    set({ driver: "t", t: Math.min(high, Math.max(low, t)) });
  };
  const { left, top, size } = FRAME;
  const radiusAt = (event) => {
    const [x, y] = pointer(panel.svg, event),
      reach = panel.reach;
    return normOf(model.view.penalty, {
      w1: reach * ((2 * (x - left)) / size - 1),
      w2: reach * (1 - (2 * (y - top)) / size),
    });
  };
  panel.handle.addEventListener("pointerdown", (event) => {
    panel.handle.focus();
    follow(panel.handle, event, (moved) => {
      const [, y] = pointer(panel.svg, moved); // the handle slides on its axis
      to(
        normOf(model.view.penalty, {
          w1: 0,
          w2: Math.max(0, (1 - (2 * (y - top)) / size) * model.base.away) * panel.reach,
        }),
      );
    });
  });
  panel.parts.edge.addEventListener("pointerdown", (event) =>
    follow(panel.parts.edge, event, (moved) => to(radiusAt(moved))),
  );
  panel.handle.addEventListener("keydown", (event) => {
    const factor = {
      ArrowUp: 1.02,
      ArrowRight: 1.02,
      ArrowDown: 1 / 1.02,
      ArrowLeft: 1 / 1.02,
      PageUp: 1.25,
      PageDown: 0.8,
    }[event.key];
    const { low, high } = model.view.range,
      end = { Home: low, End: high }[event.key];
    if (!factor && !end) return;
    event.preventDefault();
    to(end || Math.max(model.view.t, low) * factor);
  });
}

function dragPoints(model, cloud, changed) {
  const move = (i, u, v) => {
    const inside = (x, [low, high]) => Math.min(high, Math.max(low, x)),
      { ends } = cloud;
    model.state.moved.set(i, [inside(u, ends[0]), inside(v, ends[1])]);
    changed("quick");
  };
  const choose = (i) => {
    choosePoint(cloud, model.P, i);
    sayPoint(model, cloud);
  };
  cloud.svg.addEventListener("pointerdown", (event) => {
    const row = event.target.dataset.row;
    if (row === undefined) return;
    const i = Number(row),
      [x, y] = pointer(cloud.svg, event),
      [px, py] = cloud.place(model.P.x1[i], model.P.x2[i]);
    choose(i);
    cloud.svg.focus({ preventScroll: true });
    follow(cloud.svg, event, (moved) => {
      const [mx, my] = pointer(cloud.svg, moved);
      move(i, ...cloud.unplace(mx + px - x, my + py - y));
    });
  });
  cloud.svg.addEventListener("focus", () => {
    if (cloud.chosen < 0) choose(0);
  });
  cloud.svg.addEventListener("keydown", (event) => {
    const i = Math.max(cloud.chosen, 0),
      turn = { PageDown: 1, PageUp: -1 }[event.key];
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!turn && !way) return;
    event.preventDefault();
    if (turn) {
      choose((i + turn + model.P.n) % model.P.n);
      return;
    }
    const step = event.shiftKey ? 0.05 : 0.01,
      [[a, b], [c, d]] = cloud.ends;
    move(i, model.P.x1[i] + way[0] * step * (b - a), model.P.x2[i] + way[1] * step * (d - c));
  });
}
