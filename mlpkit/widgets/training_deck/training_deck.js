// The training deck: curves of the current run and of the archived ones, pictures of what the network says,
// and a slider that goes back to any step.

const BATCHES = [8, 16, 32, 64, 128, 256, 512, 1024];

export default widget({ merge, live: true, build(view) {
  const { names, labels, images } = view.state;
  const [height, width] = view.state.shape;
  const local = Object.assign(view.local, { hidden: view.local.hidden ?? new Set(), touched: view.local.touched ?? {} });

  // --- controls ---
  const start = button("Start", () => {
    local.drag = null;
    view.ask(view.state.status === "running" ? "pause" : "start");
  });
  start.classList.add("mlp-is-main");
  const one = button("One step", () => { local.drag = null; view.ask("step"); });
  const stop = button("Stop", () => view.ask("stop"));
  const reset = button("Reset", () => { local.drag = null; view.ask("reset"); }, { title: "Same initial weights again; this run stays in the table below" });
  const line = h("p", { class: "mlp-deck-status" });
  const bar = h("progress", { "aria-label": "Progress", value: 0, max: 1 });

  const slider = (name, label, attributes, toValue, fromValue, format) => {
    const input = h("input", { type: "range", ...attributes });
    const output = h("output", { class: "mlp-deck-output" });
    const send = throttle((value) => view.ask("change", { [name]: value }));
    const write = (value) => { setText(output, format(value)); input.setAttribute("aria-valuetext", format(value)); };
    view.on(input, "input", () => {
      local.touched[name] = performance.now();
      const value = toValue(Number(input.value));
      write(value);
      send(value);
    });
    const element = field(label, input, output);
    return { element, update(value) {
      element.hidden = value == null;
      if (value == null || performance.now() - (local.touched[name] ?? -Infinity) < 500) return;
      input.value = fromValue(value);
      write(value);
    } };
  };
  const rate = learningRate(view, local);
  const velocity = slider("momentum", "Momentum", { min: 0, max: 0.99, step: 0.01 }, (x) => x, (v) => v, (v) => short(v));
  const sizes = [...new Set([...BATCHES, view.state.batch_size])].sort((a, b) => a - b);
  const batch = select(sizes.map((n) => [n, count(n)]));
  view.on(batch, "change", () => view.ask("change", { batch_size: Number(batch.value) }));
  const fixed = h("p", { class: "mlp-note" }, "The learning rate is part of the optimiser or its schedule.");

  // --- charts ---
  const chart = (kind, title, valid, format) => {
    const now = [h("b"), h("b")];
    const canvas = view.canvas({ height: (w) => clamp(w * 0.5, 170, 240), draw: (...a) => drawChart(kind, valid, format, ...a) });
    const key = h("p", { class: "mlp-deck-key mlp-note" },
      h("span", {}, h("i", { class: "mlp-deck-train" }), "training ", now[0]),
      view.state.validated ? h("span", {}, h("i", { class: "mlp-deck-valid" }), "validation ", now[1]) : null);
    const words = h("p");
    return { kind, valid, format, now, canvas, words, title,
      element: h("figure", { class: "mlp-deck-chart" }, h("div", { class: "mlp-row" }, h("h3", {}, title), key), canvas) };
  };
  const charts = [
    chart("loss", "Loss", "valid_loss", (x) => short(x)),
    chart("accuracy", "Accuracy", "valid_accuracy", (x) => percent(x)),
  ];
  const words = h("details", { class: "mlp-deck-words" }, h("summary", {}, "The curves in words"), ...charts.map((c) => c.words));

  // --- time travel ---
  const scrub = h("input", { type: "range", min: 0, max: 0, step: 1, "aria-label": "Look back at step" });
  const sendScrub = throttle((step) => view.ask("scrub", step));
  view.on(scrub, "input", () => {
    const step = Number(scrub.value);
    local.drag = step >= view.state.number ? null : step;
    local.touched.scrub = performance.now();
    sendScrub(local.drag);
    view.redraw();
  });
  const where = h("output", { class: "mlp-note mlp-deck-where" });
  const present = button("Back to now", () => { local.drag = null; local.touched.scrub = performance.now(); sendScrub(null); view.redraw(); });
  const fork = button("Fork here", () => {
    view.ask("fork", looking() ?? view.state.number);
    local.drag = null;
  });
  const looking = () => {
    const recent = performance.now() - (local.touched.scrub ?? -Infinity) < 500;
    return recent ? local.drag ?? null : view.state.looking;
  };

  // --- pictures ---
  const tiles = Array.from(labels, (label, i) => {
    const picture = h("canvas", { class: "mlp-picture", "aria-hidden": "true" });
    const bars = view.canvas({ height: 26, draw: (...place) => drawBars(...place, row(view.state.probabilities, i), label), "aria-hidden": "true", role: null });
    const [said, sure] = [h("p", { class: "mlp-deck-caption" }), h("span")];
    const element = h("li", { title: `true class: ${names[label]}` },
      h("div", { class: "mlp-deck-tile" }, picture, h("div", { class: "mlp-deck-sure" }, sure, bars)), said);
    return { picture, said, sure, element };
  });
  const weights = view.canvas({ height: (w) => Math.round(Math.ceil(view.state.weights.shape[0] / 8) * (w / 8) * (height / width)), draw: drawWeights });
  const unitsNote = h("span", { class: "mlp-note" });
  const shownNote = h("span", { class: "mlp-note" });

  const runs = runsTable(view);
  const note = (text) => h("p", { class: "mlp-note mlp-deck-note" }, text);

  view.body.append(
    h("div", { class: "mlp-row" }, start, one, stop, reset, h("div", { class: "mlp-deck-progress" }, line, bar)),
    h("div", { class: "mlp-row mlp-deck-settings" }, rate.element, fixed, velocity.element, field("Batch size", batch)),
    h("div", { class: "mlp-deck-charts" }, ...charts.map((c) => c.element)),
    note(`From left to right: training steps. Line: the mean of several steps. Band: from the lowest to the highest of these steps. Numbers above: the mean of the last 20 steps.${view.state.validated ? " The validation numbers are measured at the end of each epoch." : ""}`),
    h("div", { class: "mlp-row mlp-deck-time" }, scrub, where, present, fork),
    h("div", { class: "mlp-deck-pictures" },
      h("figure", {}, h("div", { class: "mlp-row" }, h("h3", {}, `Its answers for ${view.state.split} images`), shownNote), h("ul", { class: "mlp-deck-tiles" }, ...tiles.map((t) => t.element)),
        note("✓ or ✗ and a name: the answer, right or wrong. Per cent: the probability of this answer. Each bar: the probability of one class. Green: the true class.")),
      h("figure", {}, h("div", { class: "mlp-row" }, h("h3", {}, "Weights of the first layer"), unitsNote), weights,
        note("The weights of a unit, in the order of the pixels. Orange: above 0. Blue: below 0."))),
    runs.element, words);

  // --- drawing ---
  const shown = () => view.state.archived_runs.map((run, i) => ({ ...run, i })).filter((run) => !local.hidden.has(run.key));

  function drawChart(kind, valid, format, ctx, w, t, theme) {
    const { table, total } = view.state;
    const box = { left: 46, right: w - 20, top: 8, bottom: t - 24 };
    const x = linear([0, Math.max(total, ...shown().map((r) => r.steps))], [box.left, box.right]);
    const n = Math.max(40, (box.right - box.left) / 3);
    const curve = bucketed(table.column("step"), table.column(kind), n);
    const others = shown().map((run) => ({ run, curve: bucketed(run.table.column("step"), run.table.column(kind), n) }));
    const checked = bucketed(table.column("step"), table.column(valid), Infinity);
    const y = verticalScale(kind, [curve.mean, checked.mean, ...others.map((o) => o.curve.mean)], [box.bottom, box.top]);
    drawAxes(ctx, box, x, y, theme, { yTicks: 5, xTicks: w < 500 ? 4 : 6, xFormat: count, yFormat: kind === "accuracy" ? (v) => percent(v, 0) : (v) => short(v, 2) });
    ctx.save();
    ctx.beginPath();
    ctx.rect(box.left, box.top - 6, box.right - box.left + 20, box.bottom - box.top + 8);
    ctx.clip();
    drawBand(ctx, curve, x, y, theme.series[0]);
    for (const { run, curve: other } of others) {
      drawLine(ctx, other.x, other.mean, x, y, { ...runStyle(theme, run.i), width: 1.5 });
      label(ctx, String(run.key), x(other.x.at(-1)), y(other.mean.at(-1)), theme);
    }
    drawLine(ctx, curve.x, curve.mean, x, y, { color: theme.series[0], width: 2 });
    drawLine(ctx, checked.x, checked.mean, x, y, { color: theme.series[1], width: 2, dash: [6, 4] });
    for (let i = 0; i < checked.x.length; i++) dot(ctx, x(checked.x[i]), y(checked.mean[i]), theme.series[1], theme.surface);
    const at = looking();
    if (at != null) {
      drawLine(ctx, [x(at), x(at)], [box.top, box.bottom], (v) => v, (v) => v, { color: theme.ink, width: 1, dash: [3, 3] });
      const i = table.find(at);
      if (i >= 0 && Number.isFinite(table[kind][i])) dot(ctx, x(table.step[i]), y(table[kind][i]), theme.series[0], theme.surface);
    }
    ctx.restore();
    if (!table.length && !others.length) label(ctx, "Press Start, or One step", (box.left + box.right) / 2, (box.top + box.bottom) / 2 + 14, theme, "center");
  }
  const scratch = h("canvas");
  function drawWeights(ctx, w, t, theme) {
    const { weights: all, limit } = view.state;
    const cell = w / 8;
    ctx.imageSmoothingEnabled = false;
    for (let i = 0; i < all.shape[0]; i++) {
      drawSigned(scratch, row(all, i), width, height, 127, theme);
      const tall = cell * (height / width);
      ctx.drawImage(scratch, (i % 8) * cell + 1, Math.floor(i / 8) * tall + 1, cell - 3, tall - 3);
    }
    weights.setAttribute("aria-label", `Weights into ${all.shape[0]} first-layer units as pictures, from ${short(-limit)} (blue) to ${short(limit)} (orange)`);
  }

  // --- once a frame ---
  let painted = null;
  let spoken = "";
  let described = -Infinity;
  function draw(state) {
    const { table, status } = state;
    const running = status === "running";
    const done = state.number >= state.total;
    setText(start, running ? "Pause" : state.number && !done ? "Continue" : "Start");
    enable(start, running || !done);
    enable(one, !running && !done);
    enable(stop, running || status === "paused");
    enable(reset, state.number > 0);
    setText(line, statusLine(state));
    bar.value = state.total ? state.number / state.total : 0;
    rate.update(state.learning_rate);
    fixed.hidden = state.learning_rate != null;
    velocity.update(state.momentum);
    if (document.activeElement !== batch) batch.value = state.batch_size;

    const at = looking();
    scrub.max = state.number;
    scrub.value = at ?? state.number;
    const kept = state.shown === (at ?? state.number) ? "" : ` (network kept at ${count(state.shown)})`;
    scrub.setAttribute("aria-valuetext", at == null ? `now, step ${count(state.number)}` : `step ${count(at)}${kept}`);
    setText(where, at == null ? `Now: step ${count(state.number)}` : `Step ${count(at)}${kept}`);
    setText(shownNote, at == null ? "now" : `after step ${count(state.shown)}`);
    enable(present, at != null);
    enable(fork, state.number > 0 && state.shown < state.total);
    fork.title = "Branch off with the present settings; this run stays in the table below";
    setText(fork, at == null ? "Fork here" : `Fork from ${count(state.shown)}`);

    tiles.forEach(({ picture, said, sure, element }, i) => {
      if (painted !== view.theme()) drawGrey(picture, row(images, i), width, height);
      const p = row(state.probabilities, i);
      const best = p.reduce((b, value, c) => (value > p[b] ? c : b), 0);
      const right = best === labels[i];
      const answers = Number.isFinite(p[best]);
      setText(said, answers ? `${right ? "✓" : "✗"} ${names[best]}` : "no answer");
      setText(sure, percent(p[best], 0));
      element.classList.toggle("mlp-is-wrong", answers && !right);
    });
    painted = view.theme();
    setText(unitsNote, `${state.weights.shape[0]} of ${state.units}, up to ±${short(state.limit)}`);
    runs.update(state);

    const last = table.length - 1;
    for (const c of charts) {
      const checked = table.column(c.valid);
      let v = checked.length - 1;
      while (v >= 0 && !Number.isFinite(checked[v])) v--;
      setText(c.now[0], last < 0 ? "" : c.format(lately(table.column(c.kind))));
      setText(c.now[1], v < 0 ? "" : c.format(checked[v]));
    }
    if (!running || performance.now() - described > 4000) describe(state);
    speak(state, table);
    view.mark({ status, rows: table.length, number: state.number, loss: last < 0 ? "" : table.loss[last], run: state.run,
      archived: state.archived_runs.length, shown: state.shown, looking: at ?? "now", rate: state.learning_rate ?? "", batch: state.batch_size,
      momentum: state.momentum ?? "", ruined: state.ruined ?? "", updates: state.updates ?? 0 });
  }
  function describe({ table, validated }) {
    described = performance.now();
    for (const c of charts) {
      const steps = table.column("step");
      const { x, mean } = bucketed(steps, table.column(c.kind), 60);
      const good = c.kind === "loss" ? "low" : "high";
      const text = [["Training", x, mean], ["Validation", steps, table.column(c.valid)]].slice(0, validated ? 2 : 1).map(([what, xs, ys]) =>
        describeCurve(`${what} ${c.kind}`, Array.from(xs, Math.round), ys, { format: c.format, good })).join(" ");
      setText(c.words, text);
      c.canvas.setAttribute("aria-label", text);
    }
  }
  function speak(state, table) {
    const { key, text, now } = announcement(state, table);
    if (key === spoken) return;
    spoken = key;
    view.say(text, { now });
  }
  return { draw };
} });
