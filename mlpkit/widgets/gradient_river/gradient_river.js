// The gradient river: boxes with values above and gradients below, and the operation of the moment in full.

/** Where the reader goes for a key, with `last` operations in all; null for other keys. */
export function moved(key, at, last) {
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[key];
  return to === undefined ? null : clamp(to, 0, last);
}

/** What flows, in order, and the parameters it meets; each name stands for a value and its gradient "d" + name. */
export function names(layers) {
  const numbers = Array.from({ length: layers }, (_, i) => i + 1);
  return {
    flow: ["x", ...numbers.flatMap((k) => (k < layers ? [`z${k}`, `a${k}`] : [`z${k}`])), "p", "loss"],
    parameters: numbers.flatMap((k) => [`W${k}`, `b${k}`]),
  };
}

/** A number of a table: three digits, a true minus sign. */
export const figure = (value) => short(value === 0 ? 0 : value).replace("-", "−");

/** (2, 3), (3,) or "a number". */
export const shapeOf = (shape) => (shape.length ? `(${shape.join(", ")}${shape.length === 1 ? "," : ""})` : "a number");

/** Whether a cell belongs to what the example reads: a row, a column, one cell, or the true class of every row. */
export function isLit(part, i, j, [heroRow, heroColumn], classes) {
  if (part === "row") return i === heroRow;
  if (part === "column") return j === heroColumn;
  if (part === "true") return j === classes[i];
  return part === "cell" && i === heroRow && j === heroColumn;
}

export default widget({
  build(view) {
    const { arrays, operations, layers, activation, classes } = view.state;
    const last = operations.length;
    const ahead = operations.filter((operation) => !operation.back).length;
    const gates = activation === "relu";

    function go(to) {
      if (to === view.state.at) return;
      view.state.at = clamp(to, 0, last);
      view.ask("go", view.state.at);
      view.store.changed();
    }
    const button = (text, to) => h("button", { class: "mlp-button", type: "button", onclick: () => go(to()) }, text);
    const first = button("First", () => 0);
    const before = button("Previous", () => view.state.at - 1);
    const next = button("Next", () => view.state.at + 1);
    const end = button("Last", () => last);
    next.classList.add("mlp-is-main");
    const slider = h("input", { type: "range", class: "mlp-river-slider", min: 0, max: last, step: 1, oninput: () => go(Number(slider.value)) });
    const place = h("span", { class: "mlp-note" });
    view.on(view.root, "keydown", (event) => {
      const to = moved(event.key, view.state.at, last);
      if (to === null || event.target === slider || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      go(to);
    });

    const { flow, parameters } = names(layers);
    const tall = Math.max(...flow.map((name) => arrays[name].cut.shape[0] * cellSize(arrays[name].cut.shape)));
    const stages = flow.map((name) => stage(name, arrays, gates));
    const pairs = parameters.map((name) => pair(name, arrays));
    const river = h("div", { class: "mlp-river" },
      h("div", { class: "mlp-river-flow", style: `--mlp-river-tall: ${tall + 34}px`, role: "group", "aria-label": "What flows: values above, gradients below" },
        ...stages.map((one) => one.element)),
      h("div", { class: "mlp-river-parameters", role: "group", "aria-label": "Parameters, each with its gradient" },
        ...pairs.map((one) => one.element)));

    const step = h("p", { class: "mlp-river-step" });
    const rule = h("h3", { class: "mlp-river-rule" });
    const words = h("p", { class: "mlp-note" });
    const terms = h("div", { class: "mlp-river-terms" });
    const example = h("p", { class: "mlp-river-example" });
    view.body.append(
      h("div", { class: "mlp-row" }, first, before, next, end, field("Operation", slider), place),
      river,
      ...(gates ? [h("p", { class: "mlp-note" }, "In a box: │ is an open gate of relu, ✕ a closed one. Each row is one example.")] : []),
      h("div", { class: "mlp-river-now" }, step, rule, words, terms, example),
    );
    let shown = -1;

    function draw({ at }) {
      const done = new Set(operations.slice(0, at).map((operation) => operation.makes));
      const now = operations[at - 1];
      const read = new Set(now ? now.terms.filter(Array.isArray).map(([name]) => name.replace("ᵀ", "")).filter((name) => name !== now.makes) : []);
      const theme = view.theme();
      for (const one of [...stages, ...pairs]) one.draw(done, now, read, theme);
      first.disabled = before.disabled = at === 0;
      next.disabled = end.disabled = at === last;
      slider.value = at;
      slider.setAttribute("aria-valuetext", now ? `${at} of ${last}: ${now.rule}` : "before the first operation");
      setText(place, `${at} of ${last}`);
      if (shown !== at) tell(now, at);
      view.mark({ status: "ready", at, makes: now?.makes ?? "", boxes: stages.length });
    }

    function tell(now, at) {
      shown = at;
      const way = !now ? "Before the first operation" : now.back ? `Backward ${at - ahead} of ${last - ahead}` : `Forward ${at} of ${ahead}`;
      setText(step, way);
      step.dataset.back = now?.back ?? "";
      setText(rule, now?.rule ?? "A batch, its labels, and the parameters");
      setText(words, now?.words ?? `Values will flow to the right, gradients back to the left. Press Next, or the right arrow key.`);
      const inputs = [["x", "none"], ...Array.from({ length: layers }, (_, k) => [[`W${k + 1}`, "none"], [`b${k + 1}`, "none"]]).flat(), ["y", "none"]];
      const sign = (text) => h("span", { class: "mlp-river-sign" }, text);
      const shape = (term) => table(...term, arrays[term[0]], { gates: gates && term[0].startsWith("slope"), activation, classes });
      // a sign and what follows it stay together when the line is full
      const parts = (now?.terms ?? inputs).reduce((made, term) => {
        if (!Array.isArray(term)) return [...made, [sign(term)]];
        const open = made.length && made.at(-1).length === 1 && made.at(-1)[0].tagName === "SPAN";
        return open ? [...made.slice(0, -1), [...made.at(-1), shape(term)]] : [...made, [shape(term)]];
      }, []);
      terms.replaceChildren(...parts.map((part) => h("span", { class: "mlp-river-term" }, ...part)));
      setText(example, now ? `For example: ${now.example}` : "");
      example.hidden = !now;
      if (now) view.say(`${way}. ${now.rule}. ${now.words}`);
    }
    return { draw };
  },
});

/** One stage of the flow: a picture of its values, its name and gates, a picture of its gradient. */
function stage(name, arrays, gates) {
  const value = tile(name, arrays[name]);
  const gradient = `d${name}` in arrays ? tile(`d${name}`, arrays[`d${name}`]) : null;
  const slope = gates && name.startsWith("a") ? arrays[name.replace("a", "slope")] : null;
  const lid = slope ? gateRow(slope) : null;
  const label = h("div", { class: "mlp-river-name" }, h("span", {}, name), lid);
  const nothing = h("div", { class: "mlp-river-tile mlp-is-none", "aria-hidden": "true" });
  const element = h("div", { class: "mlp-river-stage" }, value.element, label, gradient?.element ?? nothing);
  return {
    element,
    draw(done, now, read, theme) {
      value.draw(name === "x" || done.has(name), now?.makes === name, read.has(name), theme);
      gradient?.draw(done.has(`d${name}`), now?.makes === `d${name}`, read.has(`d${name}`), theme);
      const lit = now?.makes === name || now?.makes === `d${name}`;
      label.classList.toggle("mlp-is-lit", lit);
      element.dataset.way = !lit ? "" : now.back ? "back" : "ahead";
      if (lid) lid.classList.toggle("mlp-is-unknown", !done.has(name));
    },
  };
}

/** A parameter and its gradient, side by side. */
function pair(name, arrays) {
  const [value, gradient] = [tile(name, arrays[name]), tile(`d${name}`, arrays[`d${name}`])];
  return {
    element: h("div", { class: "mlp-river-pair" }, value.element, gradient.element),
    draw(done, now, read, theme) {
      value.draw(true, false, read.has(name), theme);
      gradient.draw(done.has(`d${name}`), now?.makes === `d${name}`, false, theme);
    },
  };
}

/** CSS pixels for one number, so that a picture is at most 56 wide and high. */
export const cellSize = ([rows, columns]) => clamp(Math.floor(56 / Math.max(rows, columns)), 6, 14);

/** A small picture of an array with its shape; empty until it is computed. */
function tile(name, array) {
  const [rows, columns] = array.cut.shape;
  const canvas = h("canvas", { class: "mlp-picture", role: "img" });
  const size = cellSize([rows, columns]);
  Object.assign(canvas.style, { width: `${size * columns}px`, height: `${size * rows}px` });
  const single = array.shape.length === 0 ? h("span", { class: "mlp-river-single" }, figure(array.cut[0])) : null;
  const caption = h("span", { class: "mlp-river-caption" }, h("b", {}, name), single ? "" : ` ${shapeOf(array.shape)}`);
  const element = h("div", { class: "mlp-river-tile" }, single ?? canvas, caption);
  const limit = Math.max(...Array.from(array.cut, Math.abs)) || 1;
  const [low, high] = extent(array.cut) ?? [0, 0];
  return {
    element,
    draw(known, lit, read, theme) {
      element.classList.toggle("mlp-is-unknown", !known);
      element.classList.toggle("mlp-is-lit", lit);
      element.classList.toggle("mlp-is-read", read);
      if (known) drawSigned(canvas, array.cut, columns, rows, limit, theme);
      canvas.setAttribute("aria-label", known ? `${name}, from ${figure(low)} to ${figure(high)}` : `${name}, not computed yet`);
    },
  };
}

/** The gates of one activation: an upright bar lets through, a cross stops. */
function gateRow(slope) {
  const [rows, columns] = slope.cut.shape;
  const open = Array.from(slope.cut).filter((value) => value > 0).length;
  const lines = Array.from({ length: rows }, (_, i) => h("span", {},
    Array.from(row(slope.cut, i), (value) => (value > 0 ? "│" : "✕")).join(" ")));
  return h("span", { class: "mlp-river-gates", role: "img", "aria-label": `gates: ${open} of ${rows * columns} open` }, ...lines);
}

/** An array as a table of numbers; what the example reads is framed. */
function table(name, part, array, { gates, activation, classes }) {
  const [rows, columns] = array.cut.shape;
  const title = name.startsWith("slope") ? `${activation}′(z${name.slice(5)})` : name;
  const head = array.whole ? null : h("tr", {}, h("td"), ...array.columns.map((at) => h("th", { scope: "col" }, String(at))));
  const lines = Array.from({ length: rows }, (_, i) => h("tr", {},
    array.whole ? null : h("th", { scope: "row" }, String(array.rows[i])),
    ...Array.from(row(array.cut, i), (value, j) => {
      const lit = isLit(part, i, j, array.hero, classes);
      const text = gates ? (value > 0 ? "1 open" : "0 closed") : figure(value);
      return h("td", { class: lit ? "mlp-is-lit" : null }, text);
    })));
  const cut = array.whole ? "" : ", a part";
  return h("table", { class: "mlp-river-table" },
    h("caption", {}, h("b", {}, title), ` ${shapeOf(array.shape)}${cut}`), h("tbody", {}, head, ...lines));
}
