// What all widgets share, put before each widget's own script. Nothing here fetches or evaluates anything:
// text enters the page as text nodes only, numbers come from Python.

// --- messages: JSON with arrays beside it -----------------------------------------------------------------

const ARRAYS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array, int8: Int8Array };

/** Put arrays back in their places: {"$array": i, dtype, shape} becomes a typed array with a `shape`. */
export function decode(value, buffers) {
  if (Array.isArray(value)) return value.map((item) => decode(item, buffers));
  if (value === null || typeof value !== "object") return value;
  if ("$array" in value) {
    const bytes = buffers[value.$array];
    const copy = (bytes.buffer ?? bytes).slice(bytes.byteOffset ?? 0, (bytes.byteOffset ?? 0) + bytes.byteLength);
    return Object.assign(new ARRAYS[value.dtype](copy), { shape: value.shape });
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item, buffers)]));
}

/** Row i of a two-dimensional array from Python. */
export const row = (array, i) => array.subarray(i * array.shape[1], (i + 1) * array.shape[1]);

// --- numbers and words ------------------------------------------------------------------------------------

export const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

/** 1234567 -> "1,234,567". */
export const count = (n) => Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, ",");

/** 0.8612 -> "86.1 %"; what is no number -> "–". */
export const percent = (x, digits = 1) => (Number.isFinite(x) ? `${(100 * x).toFixed(digits)} %` : "–");

/** A number to so many significant digits, short: 0.00031, 12.3, 4.1e-9. */
export function short(x, digits = 3) {
  if (!Number.isFinite(x)) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e5 || size < 1e-4) return x.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
  return String(Number(x.toPrecision(digits)));
}

/** 75 -> "1 min 15 s". */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  const s = Math.max(0, Math.ceil(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

// --- scales -----------------------------------------------------------------------------------------------

/** Round steps between low and high, about `n` of them. */
export function ticks(low, high, n = 5) {
  if (!(high > low) || !Number.isFinite(high - low)) return Number.isFinite(low) ? [low] : [];
  const raw = (high - low) / Math.max(1, n);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((m) => m * power >= raw * 0.999) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A straight scale from [a, b] to [from, to]; `.invert` goes back, `.ticks(n)` gives round values. */
export function linear([a, b], [from, to]) {
  const span = b - a || 1;
  const scale = (x) => from + ((x - a) / span) * (to - from);
  scale.invert = (p) => a + ((p - from) / (to - from || 1)) * span;
  scale.ticks = (n) => ticks(a, b, n);
  return scale;
}

/** The same on a logarithmic axis; a and b must be above 0. */
export function logarithmic([a, b], range) {
  const inner = linear([Math.log10(a), Math.log10(b)], range);
  const scale = (x) => inner(Math.log10(x));
  scale.invert = (p) => 10 ** inner.invert(p);
  scale.ticks = (n = 5) => {
    const low = Math.ceil(Math.log10(a) - 1e-9);
    const high = Math.floor(Math.log10(b) + 1e-9);
    const every = Math.max(1, Math.ceil((high - low + 1) / n));
    const powers = [];
    for (let k = low; k <= high; k += every) powers.push(10 ** k);
    return powers;
  };
  return scale;
}

/** Smallest and largest finite number in any of the arrays, or null. */
export function extent(...arrays) {
  let low = Infinity;
  let high = -Infinity;
  for (const array of arrays) {
    for (const x of array) {
      if (x < low && x > -Infinity) low = x;
      if (x > high && x < Infinity) high = x;
    }
  }
  return low <= high ? [low, high] : null;
}

// --- elements ---------------------------------------------------------------------------------------------

/** An element: h("button", { class: "mlp-button", onclick: start }, "Start"). Strings become text nodes. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** Change an element's text only if it differs: writing costs a layout. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let uses = 0;
/** A name no other element has, for `for=`, `aria-labelledby=` and the like. */
export const unique = (stem) => `mlp-${stem}-${++uses}-${Math.random().toString(36).slice(2, 8)}`;

/** Call fn at most every `ms` milliseconds, the first time at once and always with the latest arguments. */
export function throttle(fn, ms = 100) {
  let [last, timer, latest] = [-Infinity, 0, null];
  const go = () => { timer = 0; last = performance.now(); fn(...latest); };
  return (...given) => {
    latest = given;
    if (!timer) timer = setTimeout(go, Math.max(0, last + ms - performance.now()));
  };
}

/** A button that stays in the tab order when it cannot be used, so that the keyboard keeps its place. */
export function button(text, press, attributes = {}) {
  const element = h("button", { type: "button", class: "mlp-button", ...attributes }, text);
  element.addEventListener("click", () => { if (element.getAttribute("aria-disabled") !== "true") press(); });
  return element;
}
export const enable = (element, yes) => element.setAttribute("aria-disabled", String(!yes));

/** A label and a control that belong together; `control` keeps its own width. */
export function field(label, control, ...more) {
  control.id ||= unique("field");
  return h("div", { class: "mlp-field" }, h("label", { for: control.id }, label), control, ...more);
}

/** A select element: options is a list of [value, text]. */
export function select(options, attributes = {}) {
  return h("select", { class: "mlp-select", ...attributes },
    ...options.map(([value, text]) => h("option", { value }, text)));
}

/** Bars, one for each class, with name and number; the true class wears a tick, the predicted one is bold. */
export function probabilityBars(names) {
  const rows = names.map((name) => {
    const fill = h("span", { class: "mlp-bar-fill" });
    const value = h("span", { class: "mlp-bar-value" });
    const mark = h("span", { class: "mlp-bar-mark" });
    const element = h("li", { class: "mlp-bar" },
      h("span", { class: "mlp-bar-name" }, name), mark, h("span", { class: "mlp-bar-track" }, fill), value);
    return { element, fill, value, mark };
  });
  const element = h("ul", { class: "mlp-bars" }, ...rows.map((r) => r.element));
  function update(probabilities, truth = null) {
    const best = probabilities.indexOf(Math.max(...probabilities));
    rows.forEach((r, i) => {
      r.fill.style.width = `${clamp(100 * probabilities[i] || 0, 0, 100)}%`;
      setText(r.value, percent(probabilities[i], 1));
      setText(r.mark, i === truth ? "✓" : "");
      r.mark.title = i === truth ? "true class" : "";
      r.element.classList.toggle("mlp-is-best", i === best);
      r.element.classList.toggle("mlp-is-true", i === truth);
    });
  }
  return { element, update };
}

// --- pictures ---------------------------------------------------------------------------------------------

/** Draw bytes 0..255 as a grey picture, one canvas pixel for each; CSS makes it larger. 0 is black and 255 white on
    every page, light or dark, as in mlpkit's figures: a pixel looks alike wherever it is shown. */
export function drawGrey(canvas, pixels, width, height) {
  paint(canvas, width, height, (rgba, i) => rgba.fill(pixels[i], 4 * i, 4 * i + 3));
}

/** Draw signed numbers, -limit..limit, as a picture: blue below zero, orange above, near the page's own colour at zero.
    On a dark page the two ends are bright, on a light one deep: the largest numbers stand out on both. */
export function drawSigned(canvas, values, width, height, limit, { dark = false } = {}) {
  const [low, zero, high] = dark ? [[110, 195, 255], [36, 39, 43], [255, 160, 60]] : [[0, 90, 181], [245, 246, 247], [220, 90, 0]];
  paint(canvas, width, height, (rgba, i) => {
    const share = clamp(values[i] / (limit || 1), -1, 1);
    const end = share < 0 ? low : high;
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = zero[c] + Math.abs(share) * (end[c] - zero[c]);
  });
}

function paint(canvas, width, height, colour) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    colour(image.data, i);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

// --- charts -----------------------------------------------------------------------------------------------

export const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** Grid lines and their numbers; box = {left, top, right, bottom} in CSS pixels, x and y are scales into it. */
export function drawAxes(ctx, box, x, y, theme, { xTicks = 6, yTicks = 4, xFormat = short, yFormat = short } = {}) {
  ctx.font = FONT;
  ctx.lineWidth = 1;
  ctx.strokeStyle = theme.grid;
  ctx.fillStyle = theme.muted;
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  for (const value of y.ticks(yTicks)) {
    const at = Math.round(y(value)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(box.left, at);
    ctx.lineTo(box.right, at);
    ctx.stroke();
    ctx.fillText(yFormat(value), box.left - 6, at);
  }
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  for (const value of x.ticks(xTicks)) ctx.fillText(xFormat(value), x(value), box.bottom + 6);
}

/** A line through points; what is not finite is left out. `dash` is the second channel beside colour. */
export function drawLine(ctx, xs, ys, x, y, { color, dash = [], width = 2, alpha = 1, from = 0, to = xs.length }) {
  ctx.save();
  Object.assign(ctx, { strokeStyle: color, lineWidth: width, globalAlpha: alpha, lineJoin: "round" });
  ctx.setLineDash(dash);
  ctx.beginPath();
  let down = false;
  for (let i = from; i < to; i++) {
    if (!Number.isFinite(ys[i])) continue;
    if (down) ctx.lineTo(x(xs[i]), y(ys[i]));
    else ctx.moveTo(x(xs[i]), y(ys[i]));
    down = true;
  }
  ctx.stroke();
  ctx.restore();
}

/** What a curve does, in words for those who do not see it. */
export function describeCurve(name, xs, ys, { format = short, at = "step", good = "low" } = {}) {
  const seen = [];
  for (let i = 0; i < ys.length; i++) if (Number.isFinite(ys[i])) seen.push(i);
  if (!seen.length) return `${name}: nothing recorded yet.`;
  const [first, last] = [seen[0], seen.at(-1)];
  if (seen.length === 1) return `${name}: ${format(ys[first])} at ${at} ${count(xs[first])}.`;
  let [low, high] = [first, first];
  for (const i of seen) {
    if (ys[i] < ys[low]) low = i;
    if (ys[i] > ys[high]) high = i;
  }
  const span = ys[high] - ys[low];
  const change = ys[last] - ys[first];
  const trend = Math.abs(change) < 0.1 * span || span === 0 ? "about level" : change > 0 ? "rising" : "falling";
  const best = good === "low" ? low : high;
  const back = Math.abs(ys[last] - ys[best]);
  const turn = best !== last && best !== first && back > 0.1 * span
    ? ` It turned at ${at} ${count(xs[best])} and has gone ${good === "low" ? "up" : "down"} since.` : "";
  return `${name}: ${trend}, from ${format(ys[first])} at ${at} ${count(xs[first])} to ${format(ys[last])} at ${at} ` +
    `${count(xs[last])}; lowest ${format(ys[low])} at ${at} ${count(xs[low])}, ` +
    `highest ${format(ys[high])} at ${at} ${count(xs[high])}.${turn}`;
}
