// The signal microscope: one row of charts for the signal, a second one for the gradient on its way back.

/** At most `most` layers, evenly chosen, the first and the last among them; counted from 0. */
export function picked(depth, most) {
  if (depth <= most) return Array.from({ length: depth }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (depth - 1)) / (most - 1)));
}

/** A range for a logarithmic axis around all numbers above 0, at least a factor of 100 wide; null without any. */
export function decades(...columns) {
  const range = extent(...columns.map((column) => column.filter((x) => x > 0 && Number.isFinite(x))));
  if (range === null) return null;
  const room = Math.max(1.5, Math.sqrt(100 / (range[1] / range[0])));
  return [range[0] / room, range[1] * room];
}

/** Heights 0 to 1 of a histogram's bars and of its spike of exact zeros, which may be cut off. */
export function heights(counts, zero) {
  const total = counts.reduce((a, b) => a + b, 0) || 1;
  const shares = Array.from(counts, (n) => (n / total) * (1 - zero));
  const largest = Math.max(...shares, zero > 0 && zero === 1 ? 1 : 0);
  const top = Math.max(largest, Math.min(zero, 2 * largest)) || 1;
  return { bars: shares.map((share) => share / top), spike: Math.min(1, zero / top) };
}

const size = (x) => (Number.isFinite(x) && x !== null ? short(x, 3) : "not finite");
const PANEL = 108;

export default widget({
  build(view) {
    const { schemes, bends, widths, deepest } = view.state;
    const local = view.local;
    function set(changes) {
      local.wish = { ...now(), ...changes };
      send();
      view.store.changed();
    }
    const now = () => local.wish ?? local.asked ?? view.state.settings;
    /** One question at a time: the last wish goes out when the answer to the former is here. */
    function send() {
      if (!local.wish || view.state.measuring) return;
      view.state.measuring = 1;
      local.asked = local.wish;
      local.wish = null;
      view.ask("set", local.asked);
    }
    const pick = (name, options) => {
      const element = select(options.map((option) => [option, option]), { onchange: () => set({ [name]: name === "width" ? Number(element.value) : element.value }) });
      return element;
    };
    const depth = h("input", { type: "range", min: 1, max: deepest, step: 1, class: "mlp-signal-depth", oninput: () => set({ depth: Number(depth.value) }) });
    const depthSaid = h("span", { class: "mlp-signal-number" });
    const controls = { width: pick("width", widths), scheme: pick("scheme", schemes), activation: pick("activation", bends) };
    const gradients = h("button", { class: "mlp-button", type: "button", onclick: () => set({ gradients: !now().gradients }) }, "Show gradients");
    const fresh = h("button", { class: "mlp-button", type: "button", onclick: () => set({ seed: now().seed + 1 }) }, "Draw new weights");

    const rows = [
      charts(view, "Signal: activations after each layer", () => view.state.there, 0),
      charts(view, "Gradient: d loss / d z of each layer, read from right to left", () => view.state.back, 2),
    ];
    view.body.append(
      h("div", { class: "mlp-row" }, field("Depth", depth, depthSaid), field("Width", controls.width),
        field("Weights", controls.scheme), field("Activation", controls.activation), gradients, fresh),
      ...rows.map((r) => r.element));

    function draw(state) {
      if (!state.measuring) local.asked = null;
      send();
      const settings = now();
      depth.value = settings.depth;
      setText(depthSaid, String(settings.depth));
      depth.setAttribute("aria-valuetext", `${settings.depth} layers`);
      for (const [name, control] of Object.entries(controls)) control.value = settings[name];
      gradients.setAttribute("aria-pressed", Boolean(settings.gradients));
      rows[1].element.hidden = !state.back;
      rows.forEach((r, i) => (i === 0 || state.back) && r.draw(state.said[i]));
      if (!state.measuring) view.say(state.said.join(" "));
      view.mark({ status: state.measuring ? "measuring" : "ready", depth: settings.depth, width: settings.width, scheme: settings.scheme,
        activation: settings.activation, seed: settings.seed, gradients: state.back ? "shown" : "hidden", layers: state.there.rms.length, last: state.there.rms.at(-1) });
    }
    return { draw };
  },
});

/** One row: size against depth, shares against depth, histograms, and the numbers as a table. */
function charts(view, title, numbers, colour) {
  const layers = (row) => row.rms.map((_, i) => i + 1);
  const box = (w, tall) => ({ left: 52, right: w - 8, top: 8, bottom: tall - 24 });
  const across = (row, b) => linear([0.5, row.rms.length + 0.5], [b.left, b.right]);
  const whole = (value) => (Number.isInteger(value) ? String(value) : "");
  const profile = view.canvas({ height: 190, draw(ctx, w, tall, theme) {
    const [row, b] = [numbers(), box(w, tall)];
    const range = row && decades(row.rms, row.predicted);
    if (!range) return write(ctx, "no finite number above 0", w / 2, tall / 2, theme.muted);
    const [x, y] = [across(row, b), logarithmic(range, [b.bottom, b.top])];
    drawAxes(ctx, b, x, y, theme, { xTicks: Math.min(8, row.rms.length), yTicks: 5, xFormat: whole });
    drawLine(ctx, layers(row), row.rms.map(above), x, y, { color: theme.series[colour], width: 2.5 });
    row.rms.forEach((v, i) => above(v) && dot(ctx, x(i + 1), y(v), theme.series[colour]));
    drawLine(ctx, layers(row), row.predicted.map(above), x, y, { color: theme.ink, dash: [6, 4], width: 1.5 });
  } });
  const shares = view.canvas({ height: 190, draw(ctx, w, tall, theme) {
    const [row, b] = [numbers(), box(w, tall)];
    if (!row) return;
    const [x, y] = [across(row, b), linear([0, 1], [b.bottom, b.top])];
    drawAxes(ctx, b, x, y, theme, { xTicks: Math.min(8, row.rms.length), yTicks: 4, xFormat: whole, yFormat: (v) => percent(v, 0) });
    const zero = Array.from(row.zero, (v, i) => (Number.isFinite(row.rms[i]) ? v : NaN)); // of NaN no share is worth a line
    drawLine(ctx, layers(row), zero, x, y, { color: theme.series[1], width: 2.5 });
    zero.forEach((v, i) => Number.isFinite(v) && dot(ctx, x(i + 1), y(v), theme.series[1]));
    if (row.saturated) drawLine(ctx, layers(row), row.saturated, x, y, { color: theme.series[3], dash: [2, 3], width: 2.5 });
  } });
  const columns = (w) => clamp(Math.floor(w / 120), 2, 5);
  const shown = (w) => picked(numbers()?.rms.length ?? 1, 2 * columns(w));
  const grams = view.canvas({ label: "Histograms of the layers; their numbers stand in the table below",
    height: (w) => PANEL * Math.ceil(shown(w).length / columns(w)),
    draw(ctx, w, tall, theme) {
      if (!numbers()) return;
      const wide = w / columns(w);
      shown(w).forEach((layer, i) => histogram(ctx, numbers(), layer, (i % columns(w)) * wide + 4, Math.floor(i / columns(w)) * PANEL, wide - 12, theme, colour));
    } });
  const legend = (sample, text) => h("span", { class: "mlp-signal-key" }, h("span", { class: sample, "aria-hidden": "true" }), text);
  const saturatedKey = legend("mlp-signal-dots", "saturated");
  const said = h("p");
  const body = h("tbody");
  const table = h("details", { class: "mlp-signal-details" }, h("summary", {}, "Numbers of every layer"),
    h("table", { class: "mlp-signal-table" }, h("thead", {}, h("tr", {}, ...["layer", "RMS", "predicted", "exactly zero", "saturated"].map((text) => h("th", { scope: "col" }, text)))), body));
  const element = h("div", { class: `mlp-signal mlp-signal-${colour}` }, h("h3", {}, title), said,
    h("div", { class: "mlp-signal-charts" },
      h("div", {}, h("p", { class: "mlp-signal-legend" }, legend("mlp-signal-solid", "RMS after each layer"), legend("mlp-signal-dashes", "predicted")), profile),
      h("div", {}, h("p", { class: "mlp-signal-legend" }, legend("mlp-signal-zero", "exactly zero"), saturatedKey), shares)),
    grams, table);

  function draw(text) {
    const row = numbers();
    const xs = layers(row);
    setText(said, text);
    saturatedKey.hidden = !row.saturated;
    profile.setAttribute("aria-label", describeCurve("RMS", xs, row.rms, { at: "layer" }));
    shares.setAttribute("aria-label", [describeCurve("Share exactly zero", xs, row.zero, { at: "layer", format: percent }),
      row.saturated ? describeCurve("Share saturated", xs, row.saturated, { at: "layer", format: percent }) : ""].join(" "));
    while (body.rows.length > xs.length) body.deleteRow(-1);
    xs.forEach((layer, i) => {
      const line = body.rows[i] ?? body.appendChild(h("tr", {}, h("th", { scope: "row" }), h("td"), h("td"), h("td"), h("td")));
      const cells = [String(layer), size(row.rms[i]), size(row.predicted[i]), percent(row.zero[i]), row.saturated ? percent(row.saturated[i]) : "–"];
      cells.forEach((cell, c) => setText(line.cells[c], cell));
    });
  }
  return { element, draw };
}

const above = (value) => (value > 0 && Number.isFinite(value) ? value : NaN);

function dot(ctx, x, y, color) {
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.arc(x, y, 3, 0, 7);
  ctx.fill();
}

function write(ctx, text, x, y, color, { align = "center", font = FONT } = {}) {
  Object.assign(ctx, { font, fillStyle: color, textAlign: align, textBaseline: "middle" });
  ctx.fillText(text, x, y);
}

/** One layer: bars, the spike of exact zeros hatched, its range and its numbers. */
function histogram(ctx, row, layer, left, top, wide, theme, colour) {
  const [floor, high] = [top + 74, 52];
  const small = FONT.replace("12px", "11px");
  const { bars, spike } = heights(row.counts.subarray(layer * row.counts.shape[1], (layer + 1) * row.counts.shape[1]), row.zero[layer]);
  const name = `layer ${layer + 1}`;
  write(ctx, name, left, top + 10, theme.ink, { align: "left" });
  const room = wide - ctx.measureText(name).width - 6;
  ctx.font = small;
  const said = [`RMS ${size(row.rms[layer])}`, size(row.rms[layer])].find((text) => ctx.measureText(text).width <= room);
  write(ctx, said ?? "", left + wide, top + 10, theme.muted, { align: "right", font: small });
  if (!Number.isFinite(row.rms[layer])) return;
  const each = wide / bars.length;
  ctx.fillStyle = theme.series[colour];
  bars.forEach((bar, i) => ctx.fillRect(left + i * each, floor - bar * high, Math.max(1, each - 0.5), bar * high));
  const [a, b] = [row.low[layer], row.high[layer]];
  if (spike > 0) {
    const at = left + clamp((0 - a) / (b - a), 0, 1) * wide;
    ctx.fillStyle = theme.series[1];
    for (let y = 0; y < spike * high; y += 4) ctx.fillRect(clamp(at - 3, left, left + wide - 6), floor - Math.min(y + 2.5, spike * high), 6, Math.min(2.5, spike * high - y));
  }
  ctx.fillStyle = theme.muted;
  ctx.fillRect(left, floor, wide, 1);
  write(ctx, short(a, 2).replace("-", "−"), left, floor + 10, theme.muted, { align: "left", font: small });
  write(ctx, short(b, 2).replace("-", "−"), left + wide, floor + 10, theme.muted, { align: "right", font: small });
  const notes = [row.zero[layer] > 0 ? `zero ${percent(row.zero[layer], 0)}` : "", row.saturated ? `saturated ${percent(row.saturated[layer], 0)}` : ""];
  write(ctx, notes.filter(Boolean).join("  "), left + wide / 2, floor + 24, theme.ink, { font: small });
}
