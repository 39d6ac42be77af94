// Parts of the training deck: the numbers of its runs, what its charts are drawn with, the table of runs.

/** The numbers of one run, a column each, growing as rows arrive from Python. */
export class Table {
  constructor(run, columns) {
    Object.assign(this, { run, columns, length: 0, room: 0 });
    for (const name of columns) this[name] = new Float32Array(0);
  }
  /** Put rows from number `start` on; false when some before them are missing. */
  put(start, rows) {
    if (start > this.length) return false;
    const [n, width] = rows.shape;
    if (start + n > this.room) this.grow(start + n);
    for (let i = 0; i < n; i++) this.columns.forEach((name, c) => { this[name][start + i] = rows[i * width + c]; });
    this.length = start + n;
    return true;
  }
  grow(needed) {
    this.room = Math.max(256, needed, 2 * this.room);
    for (const name of this.columns) {
      const larger = new Float32Array(this.room);
      larger.set(this[name]);
      this[name] = larger;
    }
  }
  column(name) { return this[name].subarray(0, this.length); }
  /** Index of the last row at or before a step; -1 if there is none. */
  find(step) {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.step[middle] <= step) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** How a message changes the state: rows are appended, what is missing is asked for again. */
export function merge(state, change, store) {
  const { rows, start, archived_runs: archived, ...rest } = change;
  Object.assign(state, rest);
  if (archived) {
    state.archived_runs = archived.map(({ rows: all, ...facts }) => {
      const table = new Table(facts.key, state.columns);
      table.put(0, all);
      return { ...facts, table };
    });
  }
  if (!rows) return;
  state.updates = (state.updates ?? 0) + 1;
  if (state.table?.run !== state.run) state.table = new Table(state.run, state.columns);
  const whole = state.table.put(start, rows);
  state.have = { run: state.run, rows: state.table.length };
  if (!whole || state.table.length < state.length) store.ask("watch", { page: store.page, on: true, have: state.have });
}

/** About `n` points of a curve: mean, smallest and largest of neighbours. The first step stands alone and the groups
    grow from there, so that the first fall of the loss is seen. What is not finite is left out. */
export function bucketed(xs, ys, n) {
  const most = Math.max(1, Math.ceil(xs.length / n));
  const out = { x: [], mean: [], low: [], high: [] };
  for (let i = 0, size = 1; i < xs.length; i += size, size = Math.min(size + 1, most)) {
    let [sum, seen, low, high, x] = [0, 0, Infinity, -Infinity, 0];
    for (let k = i; k < Math.min(i + size, xs.length); k++) {
      const y = ys[k];
      if (!Number.isFinite(y)) continue;
      sum += y; seen += 1; x += xs[k];
      if (y < low) low = y;
      if (y > high) high = y;
    }
    if (seen) { out.x.push(x / seen); out.mean.push(sum / seen); out.low.push(low); out.high.push(high); }
  }
  return out;
}

/** The vertical scale of a chart: 0 to 1 for shares; from 0 for losses, logarithmic when they span a hundredfold. */
export function verticalScale(kind, values, range) {
  if (kind === "accuracy") return linear([0, 1], range);
  const all = extent(...values) ?? [2.5 / 1.05, 2.5 / 1.05]; // before the first step: a little above ln 10
  const low = Math.max(all[0], 1e-6);
  if (all[1] / low > 100) return logarithmic([low / 1.3, all[1] * 1.3], range);
  return linear([0, all[1] * 1.05 || 1], range);
}

/** Mean of the last twenty numbers of a column. */
export function lately(values) {
  const last = values.subarray(-20);
  return last.length ? last.reduce((sum, x) => sum + x, 0) / last.length : NaN;
}

/** Latest and best of a run, for the table: mean loss of the last steps, best validation accuracy. */
export function results(table) {
  const valid = extent(table.column("valid_accuracy"));
  return { steps: table.length ? table.step[table.length - 1] : 0, loss: lately(table.column("loss")), best: valid ? valid[1] : NaN };
}

/** The best validation accuracy of a run, and what became of the run afterwards. */
export function bestOf({ best, ruined, failed }) {
  return percent(best) + (ruined != null ? `, ruined at step ${count(ruined)}` : failed ? ", then an error" : "");
}

/** What the deck says aloud and writes beside its progress bar. */
export function statusLine({ status, number, total, left, ruined, awaited }) {
  const at = `step ${count(number)} of ${count(total)}`;
  const line = {
    ready: "Ready to train.",
    running: `Training, ${at}${left == null ? "" : `, ${duration(left)} left`}.`,
    paused: `Paused at ${at}.${awaited ? " A cell waits for the end: press Continue or Stop." : ""}`,
    stopped: `Stopped at ${at}.`,
    finished: `Finished: all ${count(total)} steps.`,
    error: `Stopped by an error at ${at}.`,
  }[status];
  return ruined == null ? line : `${line} This run is ruined: since step ${count(ruined)} the network only guesses.`;
}

/** What a screen reader is told, again whenever `key` differs, and whether at once: an old "Training" must not stay. */
export function announcement(state, table) {
  const checked = table.column("valid_accuracy");
  let v = checked.length - 1;
  while (v >= 0 && !Number.isFinite(checked[v])) v--;
  const epoch = v < 0 ? "" : ` Epoch ${table.epoch[v] + 1}, validation accuracy ${percent(checked[v])}.`;
  const running = state.status === "running" && state.ruined == null;
  const key = state.status + state.run + state.awaited + (state.ruined == null) + epoch;
  return { key, text: (running ? "Training." : statusLine(state)) + epoch, now: !running };
}

/** The learning rates that the slider offers, 1, 2 and 5 of each power of ten. */
export const RATES = [-5, -4, -3, -2, -1, 0].flatMap((power) => [1, 2, 5].map((m) => Number(`${m}e${power}`))).concat(10);

/** The slider's place for a learning rate: the nearest that it offers. */
export const placeOf = (rate) => RATES.reduce((best, r, i) => (Math.abs(Math.log(r / rate)) < Math.abs(Math.log(RATES[best] / rate)) ? i : best), 0);

const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 2], [1, 4]];

/** How an archived run is drawn: its colour, and its dashes as a second channel. */
const runStyle = (theme, i) => ({ color: theme.series[2 + (i % 4)], dash: DASHES[1 + (i % 5)] });

/** The band between the smallest and the largest of neighbours. */
function drawBand(ctx, { x: xs, low, high }, x, y, color) {
  if (!xs.length) return;
  ctx.save();
  Object.assign(ctx, { fillStyle: color, globalAlpha: 0.16 });
  ctx.beginPath();
  xs.forEach((v, i) => ctx.lineTo(x(v), y(high[i])));
  for (let i = xs.length - 1; i >= 0; i--) ctx.lineTo(x(xs[i]), y(Math.max(low[i], 1e-6)));
  ctx.fill();
  ctx.restore();
}
function dot(ctx, px, py, color, edge) {
  ctx.beginPath();
  ctx.arc(px, py, 4, 0, 2 * Math.PI);
  Object.assign(ctx, { fillStyle: color, strokeStyle: edge, lineWidth: 1.5 });
  ctx.fill();
  ctx.stroke();
}
function label(ctx, text, px, py, theme, align = "left") {
  Object.assign(ctx, { font: FONT, fillStyle: theme.surface, textAlign: align, textBaseline: "middle" });
  if (align === "center") {
    const wide = ctx.measureText(text).width + 12;
    ctx.fillRect(px - wide / 2, py - 9, wide, 18); // no grid line through the words
  }
  ctx.fillStyle = theme.muted;
  ctx.fillText(text, align === "left" ? px + 4 : px, py);
}

/** Bars for the probabilities p of one image, in one colour for its true class and another for the rest. */
function drawBars(ctx, w, t, theme, p, truth) {
  const step = w / p.length;
  ctx.fillStyle = theme.grid;
  ctx.fillRect(0, t - 1, w, 1);
  p.forEach((value, c) => {
    const tall = clamp(value || 0, 0, 1) * (t - 2);
    ctx.fillStyle = c === truth ? theme.good : theme.bad;
    ctx.fillRect(c * step + 1, t - 1 - tall, Math.max(1, step - 2), tall);
  });
}

/** The learning rate: a slider in round steps, and a box to type any other. */
function learningRate(view, local) {
  const box = h("input", { type: "number", class: "mlp-input mlp-deck-rate", min: 0, step: "any" });
  const input = h("input", { type: "range", min: 0, max: RATES.length - 1, step: 1, "aria-label": "Learning rate in round steps" });
  const send = throttle((value) => view.ask("change", { learning_rate: value }));
  const write = (value) => {
    input.setAttribute("aria-valuetext", short(value));
    if (document.activeElement !== box) box.value = Number(value.toPrecision(12));
  };
  const touch = (value) => { local.touched.learning_rate = performance.now(); write(value); send(value); };
  view.on(input, "input", () => touch(RATES[Number(input.value)]));
  view.on(box, "change", () => {
    const value = Number(box.value);
    if (value > 0) { input.value = placeOf(value); touch(value); }
    else box.value = view.state.learning_rate; // no rate: back to the one that holds
  });
  const element = field("Learning rate", box, input);
  return { element, update(value) {
    element.hidden = value == null;
    if (value == null || performance.now() - (local.touched.learning_rate ?? -Infinity) < 500) return;
    input.value = placeOf(value);
    write(value);
  } };
}

const NUMBERS = ["Rate", "Batch", "Steps", "Training loss", "Best validation accuracy"];

/** The table of runs: the archived ones, then the current one; `update` once a frame. */
function runsTable(view) {
  const body = h("tbody");
  const element = h("div", { class: "mlp-deck-runs" }, h("table", {},
    h("caption", { class: "mlp-hidden" }, "Runs"),
    h("thead", {}, h("tr", {}, ...["Show", "Run", ...NUMBERS, ""].map((t) =>
      t ? h("th", { scope: "col" }, t) : h("td", {})))), body));

  let listed = null;
  let current = null;
  function update(state) {
    list(state);
    current.update(state, { ...state, ...results(state.table) });
  }
  function list(state) {
    const key = JSON.stringify([state.run, state.name, ...state.archived_runs.map((run) => [run.key, run.name, run.batch_size, run.learning_rate])]);
    if (key === listed) return;
    listed = key;
    const focus = document.activeElement?.dataset?.focus;
    const rows = state.archived_runs.map((run, i) => runRow(run, i));
    current = runRow({ key: state.run, name: state.name, table: state.table }, null);
    body.replaceChildren(...rows.map((r) => r.element), current.element);
    if (focus) body.querySelector(`[data-focus="${focus}"]`)?.focus();
  }
  function runRow(run, i) {
    const mine = i === null;
    const name = h("input", { class: "mlp-input", value: run.name, "aria-label": `Name of run ${run.key}`, "data-focus": `name${run.key}`, maxlength: 40 });
    view.on(name, "change", () => view.ask("rename", [run.key, name.value]));
    const box = mine ? h("span", {}, "now") : h("input", { type: "checkbox", "aria-label": `Show ${run.name}`, "data-focus": `show${run.key}`, checked: !view.local.hidden.has(run.key) });
    if (!mine) view.on(box, "change", () => { view.local.hidden[box.checked ? "delete" : "add"](run.key); view.redraw(); });
    const swatch = view.canvas({ height: 14, role: null, "aria-hidden": "true", draw: (ctx, w, t, theme) => {
      const look = mine ? { color: theme.series[0], dash: [] } : runStyle(theme, i);
      drawLine(ctx, [1, w - 1], [t / 2, t / 2], (v) => v, (v) => v, look);
    } });
    swatch.classList.add("mlp-deck-swatch");
    const [rateCell, batchCell, steps, loss, best] = NUMBERS.map((label) => h("td", { "data-label": label }));
    const away = h("td", {}, mine ? null : button("Remove", () => view.ask("drop", run.key), { "aria-label": `Remove ${run.name}` }));
    const element = h("tr", { class: mine ? "mlp-is-now" : null },
      h("td", { class: "mlp-deck-show" }, box, swatch), h("th", { scope: "row" }, h("span", { class: "mlp-note" }, `${run.key} `), name), rateCell, batchCell, steps, loss, best, away);
    const update = (facts, got) => {
      setText(rateCell, facts.learning_rate == null ? "–" : short(facts.learning_rate) + (facts.momentum == null ? "" : ` · ${short(facts.momentum)}`));
      setText(batchCell, count(facts.batch_size));
      setText(steps, count(got.steps));
      setText(loss, short(got.loss));
      setText(best, bestOf(got));
    };
    if (!mine) update(run, run);
    return { element, update };
  }
  return { element, update };
}
