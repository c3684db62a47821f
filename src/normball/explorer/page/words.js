// How numbers are spelled: a few digits, a true minus sign, never more than is known.

function number(x, digits = 4) {
  if (!Number.isFinite(x)) return x > 0 ? "∞" : x < 0 ? "−∞" : "–";
  if (x === 0) return "0";
  const size = Math.abs(x),
    text = size >= 1e5 || size < 1e-4 ? x.toExponential(Math.min(digits, 3) - 1) : x.toPrecision(digits);
  return text.replace("e+", "e").replaceAll("-", "−");
}

const tiny = (gap) => (gap === null ? "–" : gap < 1e-15 ? "< 1e−15" : number(gap, 2));
const clip = (text, limit) => ([...text].length <= limit ? text : [...text].slice(0, limit - 1).join("") + "…");

// Round numbers between two ends, at most `most` of them.
function ticks(low, high, most) {
  const rough = (high - low) / most,
    power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((m) => m * power >= rough * (1 - 1e-9)) * power;
  const found = [],
    places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9) + (step / power === 2.5 ? 1 : 0));
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high * (1 + 1e-9) + 1e-12; k += 1) {
    found.push({
      at: k * step,
      text: (k * step)
        .toFixed(Math.min(places, 8))
        .replace("-", "−")
        .replace(/^−(0\.?0*)$/, "$1"),
    });
  }
  return found;
}
