"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const reveal = (element) => { if (element) element.hidden = false; };

  // ---- the table of coefficients: search, and more rows; every text goes in as text
  const body = byId("rows"), search = byId("search"), more = byId("more"), count = byId("count");
  const all = data.coefficients, haystack = all.map((row) => (row[0] + "\n" + row.at(-1)).toLowerCase());
  let room = data.shown;

  function rowOf(cells) {
    const row = document.createElement("tr"), head = document.createElement("th");
    head.scope = "row";
    head.className = "name";
    head.textContent = cells[0];
    if (cells.at(-2)) head.appendChild(document.createElement("small")).textContent = cells.at(-2);
    row.appendChild(head);
    for (const text of cells.slice(1, -2)) {
      const cell = row.appendChild(document.createElement("td"));
      cell.className = "num";
      cell.textContent = text;
    }
    return row;
  }

  function list() {
    const wanted = search.value.trim().toLowerCase();
    const hits = [];
    haystack.forEach((text, k) => { if (text.includes(wanted)) hits.push(k); });
    body.replaceChildren(...hits.slice(0, room).map((k) => rowOf(all[k])));
    byId("found").textContent = wanted ? `${hits.length} of ${all.length}` : "";
    if (!count) return;
    const shown = Math.min(room, hits.length);
    const what = wanted ? "found" : "columns";
    count.textContent = shown < hits.length ? `The ${shown} largest of ${hits.length} ${what}.` : `${hits.length} ${what}.`;
    more.hidden = shown === hits.length;
  }

  if (body && all.length > 1) {
    reveal(search.parentElement);
    if (more) more.hidden = room >= all.length;
    search.addEventListener("input", () => { room = data.shown; list(); });
    if (more) more.addEventListener("click", () => { room += 200; list(); });
  }

  // ---- several classes: one panel at a time on a screen, all of them on paper
  const pick = byId("class");
  if (pick && pick.options.length > 1) {
    reveal(pick.parentElement);
    const turn = () => {
      for (const panel of document.querySelectorAll(".panel")) {
        panel.classList.toggle("other", panel.dataset.class !== pick.value);
      }
    };
    pick.addEventListener("input", turn);
    turn();
  }

  // ---- the path and the curve: one λ, a line in both
  const lambda = byId("lambda");
  if (lambda && data.places) {
    reveal(lambda.parentElement);
    const look = () => {
      const k = Number(lambda.value);
      for (const line of document.querySelectorAll(".at-lambda")) line.setAttribute("d", `M${data.places[k]},24V300`);
      byId("at-lambda").textContent = data.says[k];
    };
    lambda.addEventListener("input", look);
    for (const plot of document.querySelectorAll(".choice")) plot.addEventListener("pointermove", (event) => {
      const box = plot.getBoundingClientRect(), x = (event.clientX - box.left) * 720 / box.width;
      let best = 0;
      data.places.forEach((place, k) => { if (Math.abs(place - x) < Math.abs(data.places[best] - x)) best = k; });
      lambda.value = best;
      look();
    });
    look();
  }

  // ---- the threshold: one number moves the matrix, the rates and the balls on both curves
  const slider = byId("threshold"), exact = byId("exact");
  if (!slider) return;
  const fixed = (x) => (Number.isFinite(x) ? x.toFixed(3) : "–");
  const whole = (x) => (Math.abs(x - Math.round(x)) < 1e-9 * Math.max(1, Math.abs(x))
    ? Math.round(x).toLocaleString("en-US")
    : x.toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 }));

  function put(values) {
    for (const cell of document.querySelectorAll("[data-cell]")) cell.textContent = values[cell.dataset.cell];
  }

  function ball(key, x, y) {
    const marker = document.querySelector(`#plot-${key} .marker`);
    if (!marker) return;
    const there = Number.isFinite(x) && Number.isFinite(y);
    marker.setAttribute("visibility", there ? "visible" : "hidden");
    if (!there) return;
    marker.setAttribute("cx", (58 + 328 * x).toFixed(1));  // the frame of charts/squares.py
    marker.setAttribute("cy", (326 - 312 * y).toFixed(1));
  }

  function choose(threshold) {
    const last = data.above.length - 1, k = Math.min(Math.max(Math.round(threshold * last), 0), last), t = k / last;
    const tp = data.abovePositive[k], fp = data.above[k] - tp, fn = data.positives - tp, tn = data.negatives - fp;
    put({
      threshold: String(t), tp: whole(tp), fp: whole(fp), fn: whole(fn), tn: whole(tn),
      accuracy: fixed((tp + tn) / (tp + fp + fn + tn)), precision: fixed(tp / (tp + fp)),
      recall: fixed(tp / (tp + fn)), specificity: fixed(tn / (tn + fp)),
    });
    ball("roc", fp / data.negatives, tp / data.positives);
    ball("pr", tp / data.positives, tp / (tp + fp));
    byId("cut").setAttribute("d", `M${(1000 * t).toFixed(1)},0V200`);
    slider.setAttribute("aria-valuetext", `${t}: ${whole(tp)} right and ${whole(fp)} wrong among those called positive`);
    return t;
  }

  function from(source, threshold) {
    if (!Number.isFinite(threshold)) return;
    const t = choose(threshold);
    if (source !== slider) slider.value = String(t);
    if (source !== exact) exact.value = String(t);
  }

  reveal(slider);
  reveal(exact.parentElement);
  slider.addEventListener("input", () => from(slider, slider.valueAsNumber));
  exact.addEventListener("input", () => from(exact, exact.valueAsNumber));
  for (const button of document.querySelectorAll("[data-threshold]")) {
    button.addEventListener("click", () => from(button, Number(button.dataset.threshold)));
  }
  from(null, 0.5);
})();
