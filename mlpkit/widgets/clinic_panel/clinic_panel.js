// The clinic's panel: curves of a sick program, tests to order, findings, and a diagnosis to commit to.

/** "1 point", "3 points". */
export const points = (n) => `${n} point${n === 1 ? "" : "s"}`;

/** The largest loss that is worth showing: what overflows or runs away is cut off at 20. */
export function ceiling(losses) {
  const found = extent(losses);
  return found ? Math.max(2.6, Math.min(20, found[1]) * 1.05) : 2.6;
}

/** Why a test cannot be ordered now, in a few words; "" when it can. */
export function whyNot(name, state, done) {
  if (done.has(name)) return "done: see Findings";
  if (state.refusals[name]) return `not enough points: ${points(state.left)} left`;
  return state.busy ? `wait for ${state.busy}` : "";
}

export default widget({
  build(view) {
    const { names, menu } = view.state;
    const who = select(names.map((name) => [name, name]));
    view.on(who, "change", () => view.ask("open", who.value));
    const again = button("Begin again", () => view.ask("again"));
    const meter = h("meter", { min: 0, value: 0, class: "mlp-clinic-meter" });
    const left = h("span");

    const complaint = h("p", { class: "mlp-clinic-complaint" });
    const lines = h("ul", { class: "mlp-clinic-lines" });
    const box = (width, height) => ({ left: 44, top: 8, right: width - 8, bottom: height - 40 });
    const caption = (ctx, text, width, height, theme) => {
      Object.assign(ctx, { fillStyle: theme.muted, textAlign: "center", textBaseline: "bottom" });
      ctx.fillText(text, width / 2 + 18, height - 2);
    };
    const loss = view.canvas({ height: 190, draw(ctx, width, height, theme) {
      const { losses } = view.state.symptoms;
      const at = box(width, height);
      const x = linear([1, losses.length], [at.left, at.right]);
      const y = linear([0, ceiling(losses)], [at.bottom, at.top]);
      drawAxes(ctx, at, x, y, theme);
      const shown = Array.from(losses, (v) => (Number.isFinite(v) ? Math.min(v, 20) : NaN));
      drawLine(ctx, shown.map((_, i) => i + 1), shown, x, y, { color: theme.series[0] });
      caption(ctx, "training loss by step", width, height, theme);
    } });
    const beside = view.canvas({ height: 190, draw(ctx, width, height, theme) {
      const { accuracies, histogram } = view.state.symptoms;
      const at = box(width, height);
      if (histogram) {
        const x = linear([histogram.edges[0], histogram.edges.at(-1)], [at.left, at.right]);
        const y = linear([0, Math.max(...histogram.counts)], [at.bottom, at.top]);
        drawAxes(ctx, at, x, y, theme, { yTicks: 3 });
        ctx.fillStyle = theme.series[0];
        histogram.counts.forEach((n, i) => {
          const [a, b] = [x(histogram.edges[i]), x(histogram.edges[i + 1])];
          ctx.fillRect(a, y(n), Math.max(1, b - a - 1), at.bottom - y(n));
        });
        caption(ctx, histogram.title, width, height, theme);
        return;
      }
      const epochs = accuracies.map((_, i) => i + 1);
      const x = linear([1, Math.max(2, epochs.length)], [at.left + 8, at.right - 8]);
      const y = linear([0, 100], [at.bottom, at.top]);
      drawAxes(ctx, at, x, y, theme, { xTicks: epochs.length });
      drawLine(ctx, epochs, accuracies.map((a) => 100 * a), x, y, { color: theme.series[0] });
      ctx.fillStyle = theme.series[0];
      accuracies.forEach((a, i) => { ctx.beginPath(); ctx.arc(x(i + 1), y(100 * a), 4, 0, 7); ctx.fill(); });
      caption(ctx, "accuracy in % by epoch", width, height, theme);
    } });

    const orders = menu.map(([name, price, about]) => {
      const press = button(`${name} · ${points(price)}`, () => view.ask("order", name));
      const note = h("span", { class: "mlp-note", id: unique("note") }, about);
      press.setAttribute("aria-describedby", note.id);
      return { name, about, press, note, row: h("li", { class: "mlp-clinic-test" }, press, note) };
    });
    const working = h("p", { class: "mlp-note" });
    const reports = h("div", { class: "mlp-clinic-reports", role: "log", "aria-label": "Findings" });

    const group = unique("diagnosis");
    const choices = h("fieldset", { class: "mlp-clinic-choices" }, h("legend", {}, "Diagnosis"));
    const commit = button("Give this diagnosis", () => {
      const chosen = choices.querySelector("input:checked");
      if (chosen) view.ask("diagnose", chosen.value);
      else view.say("Choose a diagnosis first.");
    }, { class: "mlp-button mlp-is-main" });
    const verdict = h("div", { class: "mlp-clinic-verdict", role: "status" });
    const stub = h("pre", { class: "mlp-clinic-stub", tabindex: 0, "aria-label": "The repair to write" });

    view.body.append(
      h("div", { class: "mlp-row" }, field("Patient", who), again, meter, left),
      complaint, lines,
      h("div", { class: "mlp-clinic-curves" }, h("div", {}, loss), h("div", {}, beside)),
      h("div", { class: "mlp-clinic-columns" },
        h("div", {}, h("h3", {}, "Tests"), h("ul", { class: "mlp-clinic-tests" }, ...orders.map((o) => o.row))),
        h("div", {}, h("h3", {}, "Findings"), working, reports)),
      choices, h("div", { class: "mlp-row" }, commit), verdict, stub,
    );

    let listed = "";
    function list(state) {
      if (listed === state.name) return;
      listed = state.name;
      choices.querySelectorAll("label").forEach((label) => label.remove());
      for (const choice of state.choices) {
        choices.append(h("label", {}, h("input", { type: "radio", name: group, value: choice }), ` ${choice}`));
      }
    }
    const finding = ([text, normal]) => h("li", { class: normal ? "" : "mlp-clinic-out" },
      `${normal ? "✓ as usual" : "✗ out of range"}: ${text}`);

    function draw(state) {
      const { symptoms } = state;
      who.value = state.name;
      meter.max = state.full;
      meter.value = state.left;
      meter.setAttribute("aria-label", "Points left for tests");
      setText(left, `${points(state.left)} left`);
      setText(complaint, `“${symptoms.complaint}”`);
      lines.replaceChildren(...symptoms.lines.map((line) => h("li", {}, line)));
      loss.setAttribute("aria-label", symptoms.lines[1]);
      beside.setAttribute("aria-label", symptoms.histogram ? symptoms.lines.at(-1)
        : `Validation accuracy by epoch: ${symptoms.accuracies.map((a) => percent(a, 0)).join(", ")}`);
      const done = new Set(state.reports.map(([name]) => name));
      for (const { name, about, press, note } of orders) {
        const why = whyNot(name, state, done);
        enable(press, !why);
        setText(note, why ? `${about} (${why})` : about);
      }
      setText(working, state.busy ? `${state.busy} …` : state.reports.length ? "" : "Nothing has been tested yet.");
      reports.replaceChildren(...state.reports.map(([name, found]) =>
        h("div", {}, h("strong", {}, name), h("ul", {}, ...found.map(finding)))));
      list(state);
      const said = state.verdict;
      verdict.replaceChildren(...(said ? said[2].map((line, i) =>
        h(i ? "p" : "strong", {}, i ? line.replaceAll("`", "") : `${said[1] ? "✓" : "✗"} ${line}`)) : []));
      stub.hidden = !state.stub;
      setText(stub, state.stub);
      view.mark({ status: state.busy ? "busy" : "ready", patient: state.name, left: state.left,
        reports: state.reports.length, verdict: said ? (said[1] ? "right" : "wrong") : "none" });
      if (said) view.say(said[2].slice(0, 2).join(" "));
    }
    return { draw };
  },
});
