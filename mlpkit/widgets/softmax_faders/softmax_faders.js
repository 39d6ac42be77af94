// Softmax faders: the only script here that computes what it shows. Tests hold it equal to mlpkit's functions.

/** p_k = e^(z_k - m) / sum of all e^(z_j - m), with m the largest logit. */
export function softmax(z) {
  const largest = Math.max(...z);
  const powers = z.map((x) => Math.exp(x - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** log p_k = (z_k - m) - log of the sum of all e^(z_j - m). */
export function logSoftmax(z) {
  const largest = Math.max(...z);
  const sum = z.reduce((a, x) => a + Math.exp(x - largest), 0);
  return z.map((x) => x - largest - Math.log(sum));
}

/** The same as it is written in books: e^z / sum e^z. Above 709 a power of e is infinite, and inf / inf is NaN. */
export function naiveSoftmax(z) {
  const powers = z.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** d loss / d logits = (p - y) / T, with y 1 at the true class and 0 elsewhere. */
export const gradient = (p, label, temperature = 1) => p.map((share, k) => (share - (k === label ? 1 : 0)) / temperature);

/** A number as one reads it, and the three that are none. */
export function written(x, digits = 3) {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  return short(x, digits).replace("-", "−");
}

/** A number with so many digits after the point, and never a zero below zero. */
export const fixed = (x, digits = 3) => x.toFixed(digits).replace(/^-(0(\.0+)?)$/, "$1").replace("-", "−");

export default widget({
  build(view) {
    const { names, start, reach, shift, coldest, hottest } = view.state;
    const group = unique("true-class");

    function change(changes, tell = true) {
      Object.assign(view.state, changes);
      view.store.changed();
      const { logits, label, temperature, shifted } = view.state;
      if (tell) view.ask("set", { logits, label, temperature, shifted: Boolean(shifted) });
    }
    const tell = () => change({});
    const moved = (k, value) => view.state.logits.map((z, i) => (i === k ? value : z));

    const rows = names.map((name, k) => {
      const radio = h("input", { type: "radio", name: group, "aria-label": `true class: ${name}`, onchange: () => change({ label: k }) });
      const title = h("label", { class: "mlp-faders-name" }, radio, h("span", {}, name));
      // The true class can be dragged from row to row: a held button that enters a row chooses it.
      title.addEventListener("pointerenter", (event) => { if (event.buttons & 1) change({ label: k }); });
      const slider = h("input", { type: "range", min: -reach, max: reach, step: 0.1, "aria-label": `logit of ${name}`,
        oninput: () => change({ logits: moved(k, Number(slider.value)) }, false), onchange: tell });
      const logit = h("span", { class: "mlp-faders-number" });
      const fill = h("span", { class: "mlp-bar-fill" });
      const p = h("span", { class: "mlp-faders-number" });
      const naive = h("span", { class: "mlp-faders-number mlp-faders-naive" });
      const arrow = h("span", { class: "mlp-faders-arrow" });
      const push = h("span", { class: "mlp-faders-number" });
      const element = h("li", { class: "mlp-faders-row" }, title, slider, logit,
        h("span", { class: "mlp-bar-track" }, fill), p, naive, h("span", { class: "mlp-faders-lane" }, arrow), push);
      return { element, radio, slider, logit, fill, p, naive, arrow, push };
    });
    const sumP = h("span", { class: "mlp-faders-number" });
    const sumPush = h("span", { class: "mlp-faders-number" });
    const head = ["true class", "logit z", "", "softmax p", "", "naive p", "gradient (p − y) / T", ""];
    const list = h("ul", { class: "mlp-faders-list" },
      h("li", { class: "mlp-faders-row mlp-faders-head", "aria-hidden": "true" }, ...head.map((text) => h("span", {}, text))),
      ...rows.map((r) => r.element),
      h("li", { class: "mlp-faders-row mlp-faders-sums" }, h("span", {}, "sum"), h("span"), h("span"), h("span"), sumP, h("span"), h("span"), sumPush));

    const heat = h("input", { type: "range", min: Math.log10(coldest), max: Math.log10(hottest), step: 0.05, class: "mlp-faders-heat",
      oninput: () => change({ temperature: Number((10 ** Number(heat.value)).toPrecision(3)) }, false), onchange: tell });
    const heatSaid = h("span", { class: "mlp-faders-number" });
    const add = h("button", { class: "mlp-button", type: "button", onclick: () => change({ shifted: view.state.shifted ? 0 : 1 }) }, `Add ${shift} to every logit`);
    const button = (text, fn) => h("button", { class: "mlp-button", type: "button", onclick: fn }, text);
    const level = button("All equal", () => change({ logits: start.map(() => 0) }));
    const reset = button("Start again", () => change({ logits: [...start], temperature: 1, shifted: 0 }));

    const loss = h("p", { class: "mlp-faders-loss" });
    const note = h("p", { class: "mlp-note" });
    const ways = ["naive: e^z", "stable: e^(z − max)"].map((name) => {
      const cells = Array.from({ length: 4 }, () => h("td"));
      return { element: h("tr", {}, h("th", { scope: "row" }, name), ...cells), cells };
    });
    const table = h("table", { class: "mlp-faders-table" },
      h("thead", {}, h("tr", {}, ...["softmax", "largest power", "sum of powers", "p of the true class", "−log p"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...ways.map((way) => way.element)));
    view.body.append(h("div", { class: "mlp-row" }, field("Temperature T", heat, heatSaid), add, level, reset), list, loss, table, note);

    function drawRow(r, k, z, p, naive, push, reached) {
      r.radio.checked = k === view.state.label;
      r.slider.value = view.state.logits[k];
      r.slider.setAttribute("aria-valuetext", `${fixed(z, 1)}, probability ${percent(p)}`);
      r.element.classList.toggle("mlp-is-true", r.radio.checked);
      setText(r.logit, fixed(z, 1));
      r.fill.style.width = `${100 * p}%`;
      setText(r.p, percent(p));
      setText(r.naive, Number.isFinite(naive) ? percent(naive) : "NaN");
      r.naive.classList.toggle("mlp-is-broken", !Number.isFinite(naive));
      const side = push < 0 ? { left: "auto", right: "50%" } : { left: "50%", right: "auto" };
      Object.assign(r.arrow.style, { width: `${(50 * Math.abs(push)) / reached}%`, ...side });
      r.arrow.classList.toggle("mlp-is-left", push < 0);
      r.arrow.hidden = Math.abs(push) < 0.0005; // the number beside it is 0.000
      setText(r.push, fixed(push));
    }

    function drawWay({ cells, element }, largest, sum, p, lost) {
      const said = [`e^${written(largest, 4)} = ${written(Math.exp(largest))}`, written(sum), written(p), written(lost)];
      said.forEach((text, i) => setText(cells[i], text));
      element.classList.toggle("mlp-is-broken", Number.isNaN(p));
    }

    function draw(state) {
      const { label, temperature, shifted } = state;
      const logits = state.logits.map((z) => z + (shifted ? shift : 0));
      const z = logits.map((x) => x / temperature);
      const [p, naive, push] = [softmax(z), naiveSoftmax(z), gradient(softmax(z), label, temperature)];
      const lost = -logSoftmax(z)[label];
      rows.forEach((r, k) => drawRow(r, k, logits[k], p[k], naive[k], push[k], Math.max(1, 1 / temperature)));
      const [up, down] = [1, -1].map((sign) => push.reduce((a, x) => a + Math.max(0, sign * x), 0));
      setText(sumP, percent(p.reduce((a, b) => a + b, 0)));
      setText(sumPush, `${fixed(up)} − ${fixed(down)} = ${fixed(up - down, 0)}`);
      heat.value = Math.log10(temperature);
      heat.setAttribute("aria-valuetext", String(temperature));
      setText(heatSaid, temperature.toPrecision(3));
      add.setAttribute("aria-pressed", Boolean(shifted));
      setText(loss, `loss = −log p[${names[label]}] = −log ${written(p[label])} = ${fixed(lost)}`);
      setText(note, `If all were equal, the loss would be ln ${names.length} = ${fixed(Math.log(names.length))}. ` +
        "Training moves each logit against its arrow: the true class up, all others down. In 64 bits e^z is infinite above z = 709.");
      const largest = Math.max(...z);
      const powers = (by) => z.reduce((a, x) => a + Math.exp(x - by), 0);
      drawWay(ways[0], largest, powers(0), naive[label], -Math.log(naive[label]));
      drawWay(ways[1], 0, powers(largest), p[label], lost);
      view.say(`True class ${names[label]}: probability ${percent(p[label])}, loss ${fixed(lost)}.${Number.isNaN(naive[label]) ? " The naive softmax is not a number." : ""}`);
      view.mark({ status: "ready", label, temperature, shifted: shifted ? "yes" : "no", loss: lost.toFixed(6), naive: written(naive[label]) });
    }
    return { draw };
  },
});
