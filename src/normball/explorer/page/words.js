// How numbers are spelled: a few digits, a true minus sign, never more than is known.

function number(x, digits = 4) {
  if (!Number.isFinite(x)) return x > 0 ? "∞" : x < 0 ? "−∞" : "–";
  if (x === 0) return "0";
  const size = Math.abs(x),
    text = size >= 1e5 || size < 1e-4 ? x.toExponential(Math.min(digits, 3) - 1) : x.toPrecision(digits);
  return text.replace("e+", "e").replaceAll("-", "−");
}

const tiny = (gap) => (gap === null ? "no proof at λ = 0" : `${gap < 1e-15 ? "< 1e−15" : number(gap, 2)} nats`);

// Round numbers between two ends, about `most` of them, each in five characters where that is possible.
function ticks(low, high, most) {
  const rough = (high - low) / most,
    power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((m) => m * power >= rough * (1 - 1e-9)) * power;
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9) + (step / power === 2.5 ? 1 : 0));
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k += 1) {
    found.push({ at: k * step, text: tickText(k * step, Math.min(places, 20), step) });
  }
  return found;
}

function tickText(value, places, step) {
  let text = value.toFixed(places);
  if (text.length > 5 && value !== 0) {
    const digits = Math.max(0, Math.floor(Math.log10(Math.abs(value) / step) + 1e-9));
    text = value.toExponential(Math.min(digits, 1)).replace("e+", "e");
  }
  return value === 0 ? "0" : text.replaceAll("-", "−");
}
