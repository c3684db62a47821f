// The data: points that can be dragged, and the line where the fitted probability is one half.

function makeCloud(data, P) {
  const svg = byId("cloud"),
    { layer, ticks: marks, over } = makeFrame(svg, "cloud"),
    { left, top, size } = FRAME;
  const range = (values) => {
    const low = values.reduce((a, b) => Math.min(a, b)),
      high = values.reduce((a, b) => Math.max(a, b));
    return [low - 0.09 * (high - low), high + 0.09 * (high - low)];
  };
  const ends = [range(P.x1), range(P.x2)];
  const cloud = { svg, data, ends, chosen: -1 };
  cloud.place = (u, v) => [
    left + (size * (u - ends[0][0])) / (ends[0][1] - ends[0][0]),
    top + size - (size * (v - ends[1][0])) / (ends[1][1] - ends[1][0]),
  ];
  cloud.unplace = (x, y) => [
    ends[0][0] + ((x - left) / size) * (ends[0][1] - ends[0][0]),
    ends[1][0] + ((top + size - y) / size) * (ends[1][1] - ends[1][0]),
  ];
  labelTicks(
    marks,
    ...[0, 1].map((j) => {
      // in the units of the columns, not of the penalty
      const raw = ends[j].map((u) => data.centre[j] + data.scale[j] * u);
      return ticks(raw[0], raw[1], 5).map(({ at, text }) => {
        const u = (at - data.centre[j]) / data.scale[j],
          [x, y] = cloud.place(j ? 0 : u, j ? u : 0);
        return { at: j ? y : x, text };
      });
    }),
  );
  drawName(over, { x: left + size, y: top + size + 36, "text-anchor": "end" }, data.names[0]);
  drawName(over, { x: left, y: top - 11 }, data.names[1]);
  cloud.side = draw(layer, "path", { class: "side" });
  cloud.without = draw(layer, "path", { class: "boundary without" });
  cloud.line = draw(layer, "path", { class: "boundary" });
  const group = draw(layer, "g", { class: P.n > 150 ? "points many" : "points" });
  cloud.points = Array.from({ length: P.n }, (_, i) =>
    draw(group, "circle", { r: P.n > 150 ? 3.4 : 5, "data-row": i }),
  );
  cloud.ring = draw(layer, "circle", { class: "ring", r: 10, visibility: "hidden" });
  return cloud;
}

function drawPoints(cloud, P) {
  cloud.points.forEach((point, i) => {
    const [x, y] = cloud.place(P.x1[i], P.x2[i]);
    put(point, { cx: spot(x), cy: spot(y), class: P.y[i] === 1 ? "one" : "zero" });
  });
}

function drawBoundary(cloud, { fit, base }) {
  const line = halfLine(cloud, fit);
  put(cloud.line, { d: line.d });
  put(cloud.side, { d: line.area });
  put(cloud.without, { d: base.free ? halfLine(cloud, base.free).d : "" });
}

// Where b + w·u = 0 crosses the frame, and the part of the frame where it is positive.
function halfLine(cloud, { b, w1, w2 }) {
  const [[a1, z1], [a2, z2]] = cloud.ends,
    corners = [
      [a1, a2],
      [z1, a2],
      [z1, z2],
      [a1, z2],
    ],
    positive = [],
    cut = [];
  corners.forEach((p, k) => {
    const q = corners[(k + 1) % 4],
      here = b + w1 * p[0] + w2 * p[1],
      next = b + w1 * q[0] + w2 * q[1];
    if (here > 0) positive.push(p);
    if (here > 0 !== next > 0) {
      const s = here / (here - next),
        at = [p[0] + s * (q[0] - p[0]), p[1] + s * (q[1] - p[1])];
      positive.push(at);
      cut.push(at);
    }
  });
  return { d: polyline(cut, cloud.place, false), area: polyline(positive, cloud.place, true) };
}

function choosePoint(cloud, P, i) {
  cloud.chosen = i;
  show(cloud.ring, i >= 0);
  if (i < 0) return;
  const [x, y] = cloud.place(P.x1[i], P.x2[i]);
  put(cloud.ring, { cx: spot(x), cy: spot(y) });
}
