// Small helpers for SVG, and the square frame that every panel stands in.

const byId = (id) => document.getElementById(id);
const FRAME = { left: 52, top: 30, size: 346 }; // of a viewBox 420 wide and 424 high

function draw(parent, tag, attributes = {}, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  put(element, attributes);
  if (text) element.textContent = text;
  return parent.appendChild(element);
}

function put(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
}

const show = (element, visible) => element.setAttribute("visibility", visible ? "visible" : "hidden");
const spot = (x) => x.toFixed(2);

function polyline(points, place, closed) {
  if (!points.length) return "";
  return `M${points
    .map((p) => {
      const [x, y] = place(p[0], p[1]);
      return `${spot(x)},${spot(y)}`;
    })
    .join("L")}${closed ? "Z" : ""}`;
}

// An arrow from (x, y) by (dx, dy), in pixels, with a solid head.
function arrow(x, y, dx, dy) {
  const size = Math.hypot(dx, dy);
  if (size < 1) return "";
  const u = dx / size,
    v = dy / size,
    head = Math.min(11, 0.6 * size),
    hx = x + dx - head * u,
    hy = y + dy - head * v;
  const w = 0.42 * head;
  return (
    `M${spot(x)},${spot(y)}L${spot(hx)},${spot(hy)}` +
    `M${spot(hx - w * v)},${spot(hy + w * u)}L${spot(x + dx)},${spot(y + dy)}` +
    `L${spot(hx + w * v)},${spot(hy - w * u)}Z`
  );
}

// The name of an axis, cut where it would leave the picture.
function drawName(parent, attributes, name) {
  const element = draw(parent, "text", { class: "axis", ...attributes }, name),
    letters = [...name];
  while (element.getComputedTextLength() > FRAME.size && letters.length > 1) {
    letters.length -= Math.ceil(letters.length / 12);
    element.textContent = `${letters.join("")}…`;
  }
}

// Axes, ticks and a clip for what is drawn inside; returns the layer to draw into.
function makeFrame(svg, key) {
  const { left, top, size } = FRAME,
    clip = draw(draw(svg, "defs"), "clipPath", { id: `inside-${key}` });
  draw(clip, "rect", { x: left, y: top, width: size, height: size, rx: 6 });
  draw(svg, "rect", { x: left, y: top, width: size, height: size, rx: 6, class: "paper" });
  const layer = draw(svg, "g", { "clip-path": `url(#inside-${key})` });
  draw(svg, "rect", { x: left, y: top, width: size, height: size, rx: 6, class: "frame" });
  return { layer, ticks: draw(svg, "g", { class: "ticks" }), over: draw(svg, "g") };
}

// Tick labels below and at the left; (across, up): lists of { at (pixels), text }.
function labelTicks(group, across, up) {
  const { left, top, size } = FRAME;
  group.replaceChildren();
  for (const { at, text } of across) {
    draw(group, "path", { d: `M${spot(at)},${top + size}v4` });
    draw(group, "text", { x: spot(at), y: top + size + 18, "text-anchor": "middle" }, text);
  }
  for (const { at, text } of up) {
    draw(group, "path", { d: `M${left},${spot(at)}h-4` });
    draw(group, "text", { x: left - 7, y: spot(at + 4.5), "text-anchor": "end" }, text);
  }
}
