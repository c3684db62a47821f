// The state in the page's address, after the #: a view can be kept, sent and undone.

function addressOf({ kind, alpha, driver, lam, t, separable, prior, descent, moved }) {
  const parts = [`penalty=${kind}`];
  if (kind === "elastic") parts.push(`l1_ratio=${alpha}`);
  parts.push(driver === "t" ? `t=${t}` : `lam=${lam}`);
  for (const [word, on] of Object.entries({ separable, prior, descent })) if (on) parts.push(`${word}=1`);
  if (moved.size) parts.push(`moved=${[...moved].map(([i, [u, v]]) => `${i},${u},${v}`).join(";")}`);
  return `#${parts.join("&")}`;
}

// What an address asks for, on top of the start; what makes no sense is left out.
function stateOf(address, start, rows) {
  const asked = new URLSearchParams(address.replace(/^#/, "")),
    state = { ...start, moved: new Map() };
  const positive = (word) => {
    const x = Number(asked.get(word) || NaN);
    return x > 0 && x < 1e12 ? x : null;
  };
  if (["l1", "l2", "elastic"].includes(asked.get("penalty"))) state.kind = asked.get("penalty");
  const alpha = Number(asked.get("l1_ratio") || NaN);
  if (alpha >= 0.02 && alpha <= 0.98) state.alpha = alpha;
  if (positive("lam")) Object.assign(state, { driver: "lam", lam: positive("lam") });
  else if (positive("t")) Object.assign(state, { driver: "t", t: positive("t") });
  for (const word of ["separable", "prior", "descent"]) state[word] = asked.get(word) === "1";
  for (const move of (asked.get("moved") || "").split(";")) {
    const [i, u, v] = move.split(",").map(Number);
    if (move && Number.isInteger(i) && i >= 0 && i < rows && Math.abs(u) < 1e6 && Math.abs(v) < 1e6)
      state.moved.set(i, [u, v]);
  }
  return state;
}
