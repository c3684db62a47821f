// The loss over the plane (w1, w2), the intercept at its best everywhere: a grid, level sets, one exact contour.

// The profile loss on (cells + 1)² nodes over [-reach, reach]²; the axes lie on nodes, so kinks of a penalty do too.
function lossGrid(P, reach, cells) {
  const side = cells + 1,
    values = new Float64Array(side * side);
  let b = profile(P, -reach, -reach, 0);
  for (let row = 0; row < side; row += 1)
    for (let k = 0; k < side; k += 1) {
      const column = row % 2 ? cells - k : k; // to and fro: each start is a neighbour's answer
      const w1 = node(column, cells, reach),
        w2 = node(row, cells, reach);
      b = profile(P, w1, w2, b);
      values[row * side + column] = lossAt(P, b, w1, w2);
    }
  return { values, cells, reach };
}

const node = (k, cells, reach) => (2 * k - cells) * (reach / cells);

// The same grid with λΩ added: what the penalised panel shows.
function addPenalty(grid, penalty, lam) {
  const { cells, reach } = grid,
    side = cells + 1,
    values = new Float64Array(side * side);
  for (let row = 0; row < side; row += 1)
    for (let column = 0; column < side; column += 1) {
      const w = { w1: node(column, cells, reach), w2: node(row, cells, reach) };
      values[row * side + column] = grid.values[row * side + column] + lam * omega(penalty, w);
    }
  return { values, cells, reach };
}

// Heights that fall evenly spaced between the lowest value and the lowest on the border, for a bowl seen from above.
function heights(grid, lowest, count) {
  const { values, cells } = grid,
    side = cells + 1;
  let rim = Infinity,
    top = lowest;
  for (let k = 0; k < side; k += 1) {
    for (const at of [k, cells * side + k, k * side, k * side + cells]) {
      rim = Math.min(rim, values[at]);
      top = Math.max(top, values[at]);
    }
  }
  const span = Math.max(rim - lowest, 0.25 * (top - lowest));
  return Array.from({ length: count }, (_, k) => lowest + span * ((k + 0.6) / (count * 0.55)) ** 2);
}

// The set where the surface is below a height, as one polygon.  It is convex: its edge points, and the corners of the
// frame that are inside, in the order of their angle around an inner point.
function levelSet(grid, height, centre) {
  const { values, cells, reach } = grid,
    side = cells + 1,
    points = [];
  const add = (w1, w2) => points.push([w1, w2, Math.atan2(w2 - centre[1], w1 - centre[0])]);
  const between = (a, b) => (height - a) / (b - a);
  for (let row = 0; row < side; row += 1)
    for (let column = 0; column < side; column += 1) {
      const here = values[row * side + column],
        inside = here < height;
      const w1 = node(column, cells, reach),
        w2 = node(row, cells, reach),
        step = (2 * reach) / cells;
      if (column < cells) {
        const next = values[row * side + column + 1];
        if (inside !== next < height) add(w1 + step * between(here, next), w2);
      }
      if (row < cells) {
        const next = values[(row + 1) * side + column];
        if (inside !== next < height) add(w1, w2 + step * between(here, next));
      }
      if (inside && column % cells === 0 && row % cells === 0) add(w1, w2);
    }
  return points.sort((p, q) => p[2] - q[2]);
}

// A point inside every level set: the lowest node, drawn a hair towards the middle.
function innerPoint(grid) {
  const { values, cells, reach } = grid,
    side = cells + 1;
  let at = 0;
  for (let k = 1; k < values.length; k += 1) if (values[k] < values[at]) at = k;
  return [node(at % side, cells, reach) * (1 - 1e-4), node(Math.floor(at / side), cells, reach) * (1 - 1e-4)];
}

// The contour of the loss through a point, followed both ways until it leaves the frame or closes: steps along the
// tangent, shorter where the contour bends, each pulled back onto the level by Newton along the gradient.
function contourThrough(P, fit, reach, stride) {
  const start = profiled(derivatives(P, fit.b, fit.w1, fit.w2), fit),
    level = start.value,
    walks = [];
  let closed = false;
  for (const way of [1, -1]) {
    const walk = [];
    let at = start;
    for (let k = 0; k < 400 && !closed; k += 1) {
      at = along(P, at, level, way, stride);
      if (!at) break;
      walk.push([at.w1, at.w2]);
      closed = k > 3 && Math.hypot(at.w1 - fit.w1, at.w2 - fit.w2) < 0.9 * at.step;
      if (Math.max(Math.abs(at.w1), Math.abs(at.w2)) > 1.15 * reach) break;
    }
    walks.push(walk);
  }
  return { level, closed, points: [...walks[1].reverse(), [fit.w1, fit.w2], ...walks[0]] };
}

// Value and gradient of the loss with the intercept at its best, to second order in what b is short of it.
function profiled(d, { b, w1, w2 }) {
  const hbb = Math.max(d.hbb, 1e-300),
    db = -d.gb / hbb;
  return { d, b, w1, w2, db, value: d.value + 0.5 * d.gb * db, g1: d.g1 + d.hb1 * db, g2: d.g2 + d.hb2 * db };
}

// One step along the level, at most a sixth of the radius of curvature there; null where the surface is flat, or where
// the two columns differ so much in size that a step loses the level.
function along(P, from, level, way, stride) {
  const { d } = from,
    size = Math.hypot(from.g1, from.g2),
    hbb = Math.max(d.hbb, 1e-300);
  if (size < 1e-12) return null;
  const u1 = (-way * from.g2) / size,
    u2 = (way * from.g1) / size,
    cross = d.hb1 * u1 + d.hb2 * u2;
  const bend = d.h11 * u1 * u1 + 2 * d.h12 * u1 * u2 + d.h22 * u2 * u2 - (cross * cross) / hbb;
  const step = Math.min(stride, size / (6 * Math.max(bend, 1e-300)));
  let d1 = step * u1,
    d2 = step * u2,
    at = from;
  for (let k = 0; k < 12; k += 1) {
    const b = at.b + at.db - (at.d.hb1 * d1 + at.d.hb2 * d2) / Math.max(at.d.hbb, 1e-300),
      w1 = at.w1 + d1,
      w2 = at.w2 + d2;
    at = profiled(derivatives(P, b, w1, w2), { b, w1, w2 });
    const off = at.value - level,
      slope = at.g1 * at.g1 + at.g2 * at.g2;
    if (Math.abs(off) < 1e-12 && Math.abs(at.d.gb) < 1e-7) return { ...at, step };
    if (slope < 1e-24) return null;
    d1 = (-off * at.g1) / slope;
    d2 = (-off * at.g2) / slope;
  }
  return null;
}
