// The gradient-check microscope: error against eps on the left, the loss near the bias on the right.

/** 1e-5 and not 0.00001: what matters here is the power of ten. */
export function power(x) {
  if (!(x > 0)) return "0";
  return x.toExponential(0).replace("e+", "e");
}

/** Where the smallest of some numbers stands, or -1; what is no number is passed over. */
export function least(values) {
  let best = -1;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]) && (best < 0 || values[i] < values[best])) best = i;
  return best;
}

/** What the four curves say, in a sentence or two. `errors` is the centred float64 curve. */
export function reading(errors, eps, distance) {
  if (distance === 0) {
    return "The unit is exactly at the kink. Its slopes to the left and to the right differ, and no eps gives the slope that backprop uses.";
  }
  const best = least(errors);
  if (best < 0) return "Backprop finds no slope here, and the small changes find none.";
  const found = `Central differences in float64 are nearest to backprop at eps = ${power(eps[best])}, error ${power(errors[best])}.`;
  if (errors[best] > 1e-6) return `${found} The error is large at every eps: the gradient is wrong, not the choice of eps.`;
  const kink = distance <= eps[0]
    ? ` An eps above ${power(distance)} crosses the kink. Then the slope is a mixture of both sides.` : "";
  return `${found} With a larger eps, the error comes from the curve, which is not straight. With a smaller eps, it comes from rounding.${kink}`;
}

/** One curve in words. */
export function inWords(name, errors, eps) {
  const best = least(errors);
  if (best < 0) return `${name}: no slope to compare anywhere.`;
  const at = (i) => (Number.isFinite(errors[i]) ? power(errors[i]) : "no number");
  return `${name}: ${at(0)} at eps = ${power(eps[0])}, least ${at(best)} at eps = ${power(eps[best])}, ${at(errors.length - 1)} at eps = ${power(eps.at(-1))}.`;
}

/** Call at most every `wait` milliseconds, and always once more with the latest. */
export function throttled(fn, wait) {
  let [last, timer] = [-Infinity, 0];
  return (...args) => {
    clearTimeout(timer);
    const rest = Math.max(0, last + wait - performance.now());
    timer = setTimeout(() => { last = performance.now(); fn(...args); }, rest);
  };
}

export default widget({
  build(view) {
    const { eps, distances, functions, network, batch, unit, example } = view.state;
    const curves = view.state.curves.map((name) => name.replace("centred", "central")); // the lessons' word
    const style = (i, theme) => ({ color: theme.series[i < 2 ? 0 : 1], dash: i % 2 ? [6, 4] : [], width: i % 2 ? 1.75 : 2.25 });
    const ask = { slide: throttled((i) => view.ask("slide", i), 120), nudge: throttled((i) => view.ask("nudge", i), 100) };

    const which = select(functions.map((name) => [name, name]), { onchange: () => view.ask("choose", which.value) });
    const slide = h("input", { type: "range", class: "mlp-check-slide", min: 0, max: distances.length - 1, step: 1,
      oninput: () => { view.local.slide = Number(slide.value); ask.slide(view.local.slide); view.redraw(); } });
    const distance = h("output", { class: "mlp-check-value", for: "" });
    const nudge = h("input", { type: "range", class: "mlp-check-slide", min: 0, max: eps.length - 1, step: 1,
      oninput: () => toEps(eps.length - 1 - Number(nudge.value)) });
    const size = h("output", { class: "mlp-check-value", for: "" });
    function toEps(i) {
      view.local.nudge = clamp(i, 0, eps.length - 1);
      ask.nudge(view.local.nudge);
      view.redraw();
    }

    const chart = view.canvas({ label: "Relative error against eps, both axes logarithmic", height: 300, class: "mlp-canvas mlp-check-chart", draw: drawChart });
    const lens = view.canvas({ label: "The loss near the bias", height: 300, draw: drawLens });
    const box = (w, tall) => ({ left: 52, top: 10, right: w - 12, bottom: tall - 38 });
    const across = (frame) => logarithmic([eps.at(-1), eps[0]], [frame.left, frame.right]);
    for (const type of ["pointerdown", "pointermove"]) {
      view.on(chart, type, (event) => {
        if (type === "pointermove" && event.buttons !== 1) return;
        if (type === "pointerdown") {
          event.preventDefault();
          nudge.focus({ preventScroll: true }); // so that arrow keys go on from here
        }
        const place = chart.getBoundingClientRect();
        const at = across(box(place.width, place.height)).invert(event.clientX - place.left);
        toEps(Math.round(4 * (Math.log10(eps[0]) - Math.log10(at))));
      });
    }

    const legend = h("tbody", {}, ...curves.map((name, i) => {
      const swatch = h("canvas", { class: "mlp-check-swatch", width: 56, height: 12 });
      return Object.assign(h("tr", {}, h("td", {}, swatch), h("th", { scope: "row" }, name), h("td"), h("td")), { swatch, number: i });
    }));
    const table = h("table", { class: "mlp-check-table" },
      h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col" }, "at this eps"), h("th", { scope: "col" }, "slope"),
        h("th", { scope: "col" }, "relative error"))), legend);
    const backprop = h("p", { class: "mlp-note" });
    const said = h("p");
    const words = h("ul");
    view.body.append(
      h("p", { class: "mlp-note" }, `The number that changes is the bias of unit ${unit} in a ${network} network, with ${batch === 1 ? "one image" : `${batch} images`}. At the kink, the preactivation of this unit for image ${example} is 0.`),
      h("div", { class: "mlp-row" },
        functions.length > 1 ? field("Gradient", which) : null,
        field("Distance from the kink", slide, distance)),
      h("div", { class: "mlp-check" },
        h("figure", { class: "mlp-check-left" }, h("h3", {}, "Relative error against eps"), chart, field("eps, the change", nudge, size)),
        h("figure", { class: "mlp-check-right" }, h("h3", {}, "The loss near the bias"), lens,
          h("p", { class: "mlp-note" }, "From −2 eps to 2 eps around the bias. Circles: the losses that are compared. Thin line: backprop's slope."))),
      said,
      table, backprop,
      h("details", {}, h("summary", {}, "The curves in words"), words));

    const now = () => view.state;
    const errors = (i) => row(now().errors, i);

    function drawChart(ctx, w, tall, theme) {
      const frame = box(w, tall);
      const [x, y] = [across(frame), logarithmic([1e-12, 2], [frame.bottom, frame.top])];
      drawAxes(ctx, frame, x, y, theme, { xTicks: w < 420 ? 4 : 6, yTicks: 5, xFormat: power, yFormat: power });
      caption(ctx, "eps", (frame.left + frame.right) / 2, tall - 14, theme);
      const far = distances[now().slide];
      if (far > 0 && far <= eps[0]) upright(ctx, x(far), frame, theme.bad, "kink", [2, 3]);
      upright(ctx, x(eps[now().nudge]), frame, theme.muted, "", []);
      ctx.save();
      ctx.beginPath();
      ctx.rect(frame.left, frame.top - 4, frame.right - frame.left, frame.bottom - frame.top + 8);
      ctx.clip();
      curves.forEach((_, i) => drawLine(ctx, eps, errors(i), x, y, style(i, theme)));
      ctx.restore();
      curves.forEach((_, i) => {
        const value = errors(i)[now().nudge];
        if (value > 0) dot(ctx, x(eps[now().nudge]), y(Math.max(value, 1e-12)), style(i, theme).color, theme.surface, i % 2 ? 3.5 : 5);
      });
    }

    function drawLens(ctx, w, tall, theme) {
      const frame = { ...box(w, tall), left: 28, right: w - 28 };
      const exact = row(now().lens, 0);
      const n = exact.length;
      const slope = now().backprop[0];
      const reach = Math.max(...Array.from(exact, (v) => Math.abs(v) || 0), Math.abs(2 * slope), 1e-9) * 1.15;
      const places = Float64Array.from(exact, (_, i) => -2 + (4 * i) / (n - 1));
      const x = linear([-2, 2], [frame.left, frame.right]);
      const y = linear([-reach, reach], [frame.bottom, frame.top]);
      drawAxes(ctx, frame, x, { ...y, ticks: () => [] }, theme, { xTicks: 4, xFormat: (v) => (v ? `${short(v).replace("-", "−")} eps` : "bias") });
      ctx.strokeStyle = theme.grid;
      ctx.strokeRect(frame.left + 0.5, frame.top + 0.5, frame.right - frame.left, frame.bottom - frame.top);
      caption(ctx, `eps = ${power(eps[now().nudge])}`, (frame.left + frame.right) / 2, tall - 14, theme);
      ctx.save();
      ctx.beginPath();
      ctx.rect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
      ctx.clip();
      drawLine(ctx, [-2, 2], [-2 * slope, 2 * slope], x, y, { color: theme.muted, width: 1 });
      drawLine(ctx, places, row(now().lens, 1), x, y, { color: theme.series[1], width: 2 });
      drawLine(ctx, places, exact, x, y, { color: theme.series[0], width: 2.25 });
      for (const at of [-1, 0, 1]) {
        const i = Math.round(((at + 2) / 4) * (n - 1));
        dot(ctx, x(at), y(row(now().lens, 1)[i]), theme.series[1], theme.surface, 4);
        dot(ctx, x(at), y(exact[i]), theme.series[0], theme.surface, 5);
      }
      ctx.restore();
    }

    function draw(state) {
      if (view.local.slide === undefined || view.local.slide === state.slide) slide.value = state.slide;
      if (view.local.nudge === undefined || view.local.nudge === state.nudge) nudge.value = eps.length - 1 - state.nudge;
      which.value = state.chosen;
      const far = distances[Number(slide.value)];
      setText(distance, far === 0 ? "on the kink" : power(far));
      slide.setAttribute("aria-valuetext", distance.textContent);
      const step = eps[eps.length - 1 - Number(nudge.value)];
      setText(size, power(step));
      nudge.setAttribute("aria-valuetext", size.textContent);
      const theme = view.theme();
      for (const line of legend.rows) {
        const i = line.number;
        swatch(line.swatch, style(i, theme));
        setText(line.cells[2], digits(state.slopes[i][state.nudge]));
        const error = errors(i)[state.nudge];
        setText(line.cells[3], Number.isFinite(error) ? `${error ? error.toExponential(1) : "0"} ${error < 1e-6 ? "✓" : ""}` : "–");
      }
      setText(backprop, `Backprop says ${digits(state.backprop[0])} in float64 and ${digits(state.backprop[1])} in float32. A tick marks an error below 1e-6.`);
      const text = reading(errors(0), eps, distances[state.slide]);
      if (said.textContent !== text) view.say(text);
      setText(said, text);
      const told = curves.map((name, i) => inWords(name, errors(i), eps));
      if (words.textContent !== told.join("")) words.replaceChildren(...told.map((line) => h("li", {}, line)));
      const best = errors(0)[least(errors(0))] ?? NaN;
      view.mark({ status: "ready", slide: state.slide, nudge: state.nudge, chosen: state.chosen, best });
    }
    return { draw };
  },
});

const digits = (value) => (Number.isFinite(value) ? value.toPrecision(8).replace("-", "−") : "–");

function caption(ctx, text, x, y, theme) {
  Object.assign(ctx, { font: FONT, fillStyle: theme.ink, textAlign: "center", textBaseline: "top" });
  ctx.fillText(text, x, y);
}

function upright(ctx, x, frame, color, text, dash) {
  ctx.save();
  Object.assign(ctx, { strokeStyle: color, fillStyle: color, lineWidth: 1.5, font: FONT, textAlign: "left", textBaseline: "bottom" });
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x, frame.top);
  ctx.lineTo(x, frame.bottom);
  ctx.stroke();
  ctx.fillText(text, x + 4, frame.bottom - 4);
  ctx.restore();
}

function dot(ctx, x, y, color, ring, radius) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  Object.assign(ctx, { fillStyle: color, strokeStyle: ring, lineWidth: 1.5 });
  ctx.fill();
  ctx.stroke();
}

/** The sample of a line for the table: colour and dashes as in the chart. */
function swatch(canvas, { color, dash, width }) {
  const ctx = canvas.getContext("2d");
  ctx.clearRect(0, 0, canvas.width, canvas.height);
  Object.assign(ctx, { strokeStyle: color, lineWidth: 2 * width });
  ctx.setLineDash(dash.map((d) => 2 * d));
  ctx.beginPath();
  ctx.moveTo(0, 6);
  ctx.lineTo(56, 6);
  ctx.stroke();
}
