// The optimiser race: paths on a surface, losses beside it, and a table of lanes with their rates.

const SPEED = 24; // steps a second
const DASHES = [[], [7, 3], [2, 3], [8, 3, 2, 3]];

/** A slider's place for a learning rate, and back: forty places to a power of ten from `low`. */
export const placeOf = (rate, low) => Math.round(40 * Math.log10(rate / low));
export const rateAt = (place, low) => Number((low * 10 ** (place / 40)).toPrecision(2));

/** The last step up to `at` at which a lane still has a place, -1 if none. */
export function lastSeen(losses, at) {
  for (let i = Math.min(at, losses.length - 1); i >= 0; i--) if (Number.isFinite(losses[i])) return i;
  return -1;
}

/** How a lane stands at a step, in a few words. */
export function standing({ losses, path, box, at, arrival, problem }) {
  if (problem) return "stopped, see below";
  const seen = lastSeen(losses, at);
  if (seen < at) return `overflowed at step ${seen + 1}`;
  const [x, y] = [path[2 * at], path[2 * at + 1]];
  if (x < box[0] || x > box[1] || y < box[2] || y > box[3]) return "out of the picture";
  return arrival !== null && at >= arrival ? `there since step ${arrival}` : "on its way";
}

export default widget({
  build(view) {
    const { surfaces, names, fixed, reach } = view.state;
    const local = Object.assign(view.local, { hidden: new Set(), playing: false, against: "steps", ...view.local });
    const style = (i, theme) => ({ color: theme.series[i % 6], dash: DASHES[(i + Math.floor(i / 6)) % 4], width: 2 });
    const last = () => view.state.losses.shape[1] - 1;
    const lossOf = (i) => row(view.state.losses, i);
    const pathOf = (i) => view.state.paths.subarray(i * 2 * (last() + 1), (i + 1) * 2 * (last() + 1));
    const shown = () => names.map((_, i) => i).filter((i) => !local.hidden.has(i));

    let keeping = 0;
    function go(to) {
      view.state.at = clamp(Math.round(to), 0, last());
      clearTimeout(keeping);
      keeping = setTimeout(() => view.ask("go", view.state.at), 200);
      view.store.changed();
    }
    let [frameId, began, from] = [0, 0, 0];
    function tick(now) {
      if (!local.playing) return;
      if (!view.visible || from + ((now - began) / 1000) * SPEED >= last()) stop();
      if (view.visible) go(from + ((now - began) / 1000) * SPEED);
      if (local.playing) frameId = requestAnimationFrame(tick);
    }
    function stop() {
      local.playing = false;
      cancelAnimationFrame(frameId);
      view.redraw();
    }
    function start() {
      if (calm()) return go(last()); // the whole race at once for whoever wants no motion
      [local.playing, from, began] = [true, view.state.at >= last() ? 0 : view.state.at, performance.now()];
      frameId = requestAnimationFrame(tick);
      view.redraw();
    }
    view.cleanup(stop);
    const halt = (fn) => () => { stop(); fn(); };
    const button = (text, fn) => h("button", { class: "mlp-button", type: "button", onclick: fn }, text);
    const play = button("Play", () => (local.playing ? stop() : start()));
    play.classList.add("mlp-is-main", "mlp-race-play");
    const first = button("To the start", halt(() => go(0)));
    const before = button("Step back", halt(() => go(view.state.at - 1)));
    const next = button("Step", halt(() => go(view.state.at + 1)));
    const slider = h("input", { type: "range", class: "mlp-race-scrub", min: 0, step: 1, oninput: () => { stop(); go(Number(slider.value)); } });
    const place = h("span", { class: "mlp-note" });
    const ground = select(surfaces.map((name) => [name, name]), { onchange: () => { stop(); local.asked = ground.value; view.redraw(); view.ask("choose", ground.value); } });
    const against = select([["steps", "steps"], ["seconds", "measured milliseconds"]], { onchange: () => { local.against = against.value; view.redraw(); } });
    const usual = button("Usual rates", () => view.ask("usual"));

    const field2 = view.canvas({ label: "Map with the path of each optimiser", height: (w) => Math.min(360, w * 0.72), draw: drawField });
    const chart = view.canvas({ label: "Loss of each optimiser", height: (w) => Math.min(332, w * 0.72), draw: drawChart });

    const low = reach[0];
    const lines = names.map((name, i) => {
      const box = h("input", { type: "checkbox", checked: true, "aria-label": `Show ${name}`,
        onchange: () => { box.checked ? local.hidden.delete(i) : local.hidden.add(i); view.store.changed(); } });
      const sample = h("canvas", { class: "mlp-race-sample", width: 72, height: 32 });
      const rate = h("input", { type: "range", class: "mlp-race-rate", min: 0, max: placeOf(reach[1], low), step: 1, "aria-label": `Learning rate of ${name}`,
        oninput: () => { line.wanted = Number(rate.value); ask(); } });
      const value = h("span", { class: "mlp-race-value" });
      const [loss, state] = [h("td"), h("td", { class: "mlp-race-state" })];
      const line = { box, sample, rate, value, loss, state, wanted: null };
      let timer = 0;
      function ask() {
        setText(value, short(rateAt(line.wanted, low)));
        timer ||= setTimeout(() => {
          timer = 0;
          view.ask("rate", { lane: i, rate: rateAt(line.wanted, low) });
        }, 120);
      }
      line.element = h("tr", {}, h("td", {}, box), h("th", { scope: "row" }, h("span", { class: "mlp-race-name" }, sample, name)),
        h("td", {}, fixed[i] ? h("span", { class: "mlp-note" }, "its own") : h("span", { class: "mlp-race-rates" }, rate, value)), loss, state);
      return line;
    });
    const table = h("table", { class: "mlp-race-table" },
      h("thead", {}, h("tr", {}, h("td"), ...["optimiser", "learning rate", "loss", "where"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...lines.map((line) => line.element)));
    const about = h("p", { class: "mlp-note mlp-race-about" });
    const faults = h("ul", { class: "mlp-race-faults" });
    const words = h("ul");
    view.body.append(
      h("div", { class: "mlp-row" }, field("Surface", ground), about),
      h("div", { class: "mlp-row" }, play, first, before, next, field("Step", slider), place),
      h("div", { class: "mlp-race" },
        h("figure", { class: "mlp-race-left" }, field2),
        h("figure", { class: "mlp-race-right" }, field("Loss against", against), chart)),
      table, faults,
      h("div", { class: "mlp-row" }, usual, h("span", { class: "mlp-note" }, "Large cross: the start. Large ring: the lowest point shown. There: it is 99 % of the way down, and stays there.")),
      h("details", {}, h("summary", {}, "The curves in words"), words));

    const land = document.createElement("canvas");
    let landOf = "";
    function drawField(ctx, w, tall, theme) {
      const { ranks, box, start: begin, goal, at } = view.state;
      const key = [view.state.surface, Math.round(w), Math.round(tall), theme.dark, theme.forced].join();
      if (key !== landOf) paintLand(land, ranks, Math.round(w), Math.round(tall), theme);
      landOf = key;
      ctx.drawImage(land, 0, 0, w, tall);
      const x = linear([box[0], box[1]], [0, w]);
      const y = linear([box[2], box[3]], [tall, 0]);
      ring(ctx, x(goal[0]), y(goal[1]), theme);
      for (const i of shown()) {
        const [path, to] = [pathOf(i), lastSeen(lossOf(i), at)];
        const [xs, ys] = [[], []];
        for (let step = 0; step <= to; step++) { xs.push(clamp(path[2 * step], -99, 99)); ys.push(clamp(path[2 * step + 1], -99, 99)); }
        drawLine(ctx, xs, ys, x, y, { ...style(i, theme), alpha: 0.95 });
      }
      for (const i of shown()) {
        const [path, to] = [pathOf(i), lastSeen(lossOf(i), at)];
        if (to >= 0 && !view.state.problems[i]) marker(ctx, i, clamp(x(path[2 * to]), 6, w - 6), clamp(y(path[2 * to + 1]), 6, tall - 6), style(i, theme).color, theme.surface, 6);
      }
      cross(ctx, x(begin[0]), y(begin[1]), theme);
    }

    function drawChart(ctx, w, tall, theme) {
      const frame = { left: 46, top: 8, right: w - 10, bottom: tall - 36 };
      const xs = (i) => (local.against === "steps" ? Array.from(lossOf(i), (_, k) => k) : Array.from(row(view.state.seconds, i), (s) => 1000 * s));
      const far = local.against === "steps" ? last() : Math.max(...shown().map((i) => extent(xs(i))?.[1] ?? 0), 1e-6);
      const all = extent(...shown().map(lossOf)) ?? [1e-4, 1];
      const [bottom, top] = [Math.max(all[0], 1e-5), Math.min(Math.max(all[1], 1e-4), 1e4)];
      const x = linear([0, far], [frame.left, frame.right]);
      const y = logarithmic([bottom / 1.3, top * 1.3], [frame.bottom, frame.top]);
      drawAxes(ctx, frame, x, y, theme, { xTicks: 4, yTicks: 5 });
      Object.assign(ctx, { font: FONT, fillStyle: theme.ink, textAlign: "center", textBaseline: "top" });
      ctx.fillText(local.against === "steps" ? "step" : "milliseconds, measured here", (frame.left + frame.right) / 2, tall - 15);
      ctx.save();
      ctx.beginPath();
      ctx.rect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
      ctx.clip();
      for (const i of shown()) drawLine(ctx, xs(i), lossOf(i).map((v) => Math.max(v, bottom / 2)), x, y, { ...style(i, theme), width: 1 }); // what is still to come, thin
      for (const i of shown()) {
        const values = lossOf(i).map((v) => Math.max(v, bottom));
        drawLine(ctx, xs(i), values, x, y, { ...style(i, theme), width: 3, to: view.state.at + 1 });
      }
      ctx.restore();
      for (const i of shown()) {
        const to = lastSeen(lossOf(i), view.state.at);
        if (to >= 0 && !view.state.problems[i]) marker(ctx, i, x(xs(i)[to]), clamp(y(Math.max(lossOf(i)[to], bottom)), frame.top, frame.bottom), style(i, theme).color, theme.surface, 4.5);
      }
    }

    let [told, toldAt] = [null, ""];
    function draw(state) {
      const { at } = state;
      if (local.asked === state.surface || state.problem) local.asked = null;
      ground.value = local.asked ?? state.surface;
      against.value = local.against;
      setText(play, local.playing ? "Pause" : "Play");
      first.disabled = before.disabled = at === 0;
      next.disabled = at === last();
      slider.max = last();
      slider.value = at;
      setText(place, `${at} of ${last()}`);
      setText(about, local.asked ? `The optimisers start on the surface "${local.asked}" ...` : state.words);
      lines.forEach((line, i) => {
        const theme = view.theme();
        line.box.checked = !local.hidden.has(i);
        line.element.classList.toggle("mlp-is-off", local.hidden.has(i));
        sample(line.sample, i, style(i, theme), theme);
        if (line.wanted !== null && rateAt(line.wanted, low) === state.rates[i]) line.wanted = null;
        if (line.wanted === null) {
          line.rate.value = placeOf(state.rates[i], low);
          setText(line.value, short(state.rates[i]));
        }
        line.rate.setAttribute("aria-valuetext", line.value.textContent);
        const seen = lastSeen(lossOf(i), at);
        setText(line.loss, seen < 0 ? "–" : short(lossOf(i)[seen]));
        setText(line.state, standing({ losses: lossOf(i), path: pathOf(i), box: state.box, at, arrival: state.arrivals[i], problem: state.problems[i] }));
      });
      if (told !== state.losses) {
        told = state.losses;
        const failed = names.flatMap((name, i) => (state.problems[i] ? [`${name}: ${state.problems[i]}`] : []));
        faults.replaceChildren(...failed.map((text) => h("li", { class: "mlp-problem" }, text)));
        words.replaceChildren(...names.map((name, i) => h("li", {}, state.problems[i] ? `${name}: stopped.`
          : describeCurve(name, Array.from(lossOf(i), (_, k) => k), lossOf(i)))));
      }
      const best = shown().reduce((a, i) => (a < 0 || (lossOf(i)[at] ?? Infinity) < (lossOf(a)[at] ?? Infinity) ? i : a), -1);
      const saying = `${state.surface}, step ${at} of ${last()}${best < 0 ? "" : `: lowest is ${names[best]}, loss ${short(lossOf(best)[at])}`}.`;
      if (saying !== toldAt) view.say(toldAt = saying);
      view.mark({ status: local.playing ? "playing" : "ready", at, surface: state.surface, lanes: names.length, shown: shown().length, rates: state.rates.map((r) => short(r)).join(" "), against: local.against });
    }
    return { draw };
  },
});
