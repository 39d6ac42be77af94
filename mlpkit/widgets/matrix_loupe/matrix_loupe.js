// The matrix loupe: one cell of z under the glass, the units as pictures, and the network without its bends.

const AROUND = 2; // places to either side of the chosen one that are shown as numbers

/** The places around one, shifted so that they stay inside the row. */
export function around(place, length, reach = AROUND) {
  const many = Math.min(length, 2 * reach + 1);
  const first = clamp(place - reach, 0, length - many);
  return Array.from({ length: many }, (_, i) => first + i);
}

/** Where a key leads among `length` pictures in rows of `columns`; null for other keys. */
export function stepped(key, at, length, columns) {
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns, Home: 0, End: length - 1 }[key];
  if (to === undefined) return null;
  return to < 0 || to >= length ? at : to;
}

/** A signed number with a true minus; what a diverged network holds is called by its name. */
export const signed = (x, digits = 3) => (Number.isFinite(x) ? short(x, digits).replace(/^-/, "−") : "NaN");

/** How a cell of z comes about, in one line. */
export function cellSum({ image, unit, products, running, bias, z, a }, activation) {
  const plus = bias < 0 ? `− ${signed(-bias)}` : `+ ${signed(bias)}`;
  return `z[${image}, ${unit}] = sum of ${count(products.length)} products ${plus} (bias) = ${signed(running.at(-1))} ${plus} = ${signed(z)}; after ${activation} it is ${signed(a)}.`;
}

/** What the switch shows, in words. */
export function verdict(bend, gap, activation, layers, images) {
  if (!Number.isFinite(gap)) return "The network has diverged: its numbers are not finite, so there is nothing to compare.";
  const over = `Over ${count(images)} images the two differ by at most ${short(gap, 2)}`;
  if (layers === 1) return `There is only one layer, so the network is one matrix. ${over}.`;
  if (bend) return `With ${activation} between the layers: ${over.toLowerCase()}. The product of the weights is not what the network does.`;
  return `Without ${activation}: ${over.toLowerCase()}, which is rounding. The ${layers} layers equal one matrix: more layers add nothing.`;
}

export default widget({
  latest: true,
  build(view) {
    const { names, sizes, activation, images, units, matrix } = view.state;
    const [height, width] = view.state.shape;
    const [pixels, fanOut] = sizes;

    function choose(changes, tell = true) {
      Object.assign(view.state, changes);
      view.store.changed();
      const { image, unit, place, bend } = view.state;
      if (tell) view.ask("choose", { image, unit, place, bend: Boolean(bend) });
    }
    const number = (name, max) => {
      const input = h("input", { type: "number", class: "mlp-input mlp-loupe-number", min: 0, max, step: 1,
        onchange: () => {
          input.value = clamp(Math.round(Number(input.value)) || 0, 0, max); // also while the reader is still in the box
          choose({ [name]: Number(input.value) });
        } });
      return input;
    };
    const image = number("image", images - 1);
    const unit = number("unit", fanOut - 1);
    const is = h("span", { class: "mlp-note" });

    // --- one cell of z
    const shapes = h("p", { class: "mlp-loupe-shapes" }, `images (${images}, ${pixels}) @ weights (${pixels}, ${fanOut}) + bias (${fanOut},) = z (${images}, ${fanOut})`);
    const thumb = h("canvas");
    const picture = (label, paintInto) => {
      const canvas = view.canvas({ label, class: "mlp-canvas mlp-loupe-picture", height: (w) => (w * height) / width, draw(ctx, w, tall, theme) {
        paintInto(thumb);
        ctx.imageSmoothingEnabled = false;
        ctx.drawImage(thumb, 0, 0, w, tall);
        ctx.strokeStyle = theme.grid;
        ctx.strokeRect(0.5, 0.5, w - 1, tall - 1);
        const size = w / width;
        frameAround(ctx, (view.state.place % width) * size, Math.floor(view.state.place / width) * size, size, theme);
      } });
      view.on(canvas, "click", (event) => {
        const box = canvas.getBoundingClientRect();
        const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
        choose({ place: clamp(Math.floor(y * height), 0, height - 1) * width + clamp(Math.floor(x * width), 0, width - 1) });
      });
      return canvas;
    };
    // Full colour at 2.5 times the root mean square: by the largest number alone most pictures would be pale.
    const scaleOf = (values) => 2.5 * Math.sqrt(values.reduce((a, v) => a + v * v, 0) / values.length) || 1;
    const caption = () => h("figcaption");
    const captions = [caption(), caption(), caption()];
    const figures = [
      h("figure", {}, picture("The row of the image", (c) => drawGrey(c, view.state.pixels, width, height)), captions[0]),
      h("span", { class: "mlp-loupe-sign" }, "×"),
      h("figure", {}, picture("The column of weights", (c) => drawSigned(c, view.state.w, width, height, scaleOf(view.state.w), view.theme())), captions[1]),
      h("span", { class: "mlp-loupe-sign" }, "="),
      h("figure", {}, picture("The products", (c) => drawSigned(c, view.state.products, width, height, scaleOf(view.state.products), view.theme())), captions[2]),
    ];
    const colours = h("p", { class: "mlp-note mlp-loupe-colours" }, "orange: above 0, blue: below 0; click a pixel to go there");
    const places = Array.from({ length: pixels }, (_, k) => k);
    const curve = view.canvas({ height: 170, draw(ctx, w, tall, theme) {
      const { running, place } = view.state;
      const box = { left: 46, right: w - 8, top: 8, bottom: tall - 24 };
      const [low, high] = extent(running, [0]);
      const room = (high - low || 1) * 0.06;
      const [x, y] = [linear([0, pixels - 1], [box.left, box.right]), linear([low - room, high + room], [box.bottom, box.top])];
      drawAxes(ctx, box, x, y, theme, { xTicks: 5, yTicks: 4, yFormat: signed });
      drawLine(ctx, [0, pixels - 1], [0, 0], x, y, { color: theme.muted, width: 1 });
      drawLine(ctx, places, running, x, y, { color: theme.muted, width: 1.5, dash: [3, 3] });
      drawLine(ctx, places, running, x, y, { color: theme.series[0], width: 2.5, to: place + 1 });
      ctx.fillStyle = theme.series[1];
      ctx.beginPath();
      ctx.arc(x(place), y(running[place]), 5, 0, 7);
      ctx.fill();
    } });
    view.on(curve, "click", (event) => {
      const box = curve.getBoundingClientRect();
      choose({ place: clamp(Math.round(((event.clientX - box.left - 46) / (box.width - 54)) * (pixels - 1)), 0, pixels - 1) });
    });
    const slider = h("input", { type: "range", min: 0, max: pixels - 1, step: 1, class: "mlp-loupe-slider",
      oninput: () => choose({ place: Number(slider.value) }, false), onchange: () => choose({}) });
    const lines = ["place k", "image[k]", "weight[k]", "product", "sum so far"].map((name) => {
      const cells = around(0, pixels).map(() => h("td"));
      return { element: h("tr", {}, h("th", { scope: "row" }, name), ...cells), cells };
    });
    const table = h("table", { class: "mlp-loupe-table" }, h("tbody", {}, ...lines.map((line) => line.element)));
    const said = h("p", { class: "mlp-loupe-said" });

    // --- the units
    const tiles = Array.from({ length: units.shape[0] }, (_, j) => {
      const canvas = h("canvas", { class: "mlp-picture" });
      const element = h("li", { role: "option", "aria-label": `Unit ${j}`, title: `unit ${j}`, onclick: () => pick(j) }, canvas);
      return { element, canvas };
    });
    const grid = h("ul", { class: "mlp-loupe-units", role: "listbox", "aria-label": "Hidden units" }, ...tiles.map((t) => t.element));
    function pick(j) {
      choose({ unit: j });
      tiles[j].element.focus();
    }
    view.on(grid, "keydown", (event) => {
      const to = stepped(event.key, Math.min(view.state.unit, tiles.length - 1), tiles.length, getComputedStyle(grid).gridTemplateColumns.split(" ").length);
      if (to === null) return;
      pick(to);
      event.preventDefault();
    });
    const exciting = Array.from({ length: 8 }, (_, i) => {
      const canvas = h("canvas", { class: "mlp-picture" });
      const text = h("span", { class: "mlp-loupe-caption" });
      const button = h("button", { class: "mlp-loupe-exciting", type: "button", onclick: () => choose({ image: view.state.top[i] }) }, canvas, text);
      return { element: h("li", {}, button), button, canvas, text };
    });
    const excitedHead = h("h3");
    const shown = tiles.length < fanOut ? `, the first ${tiles.length} of ${fanOut}` : "";

    // --- without the activation
    const bend = h("button", { class: "mlp-button", type: "button", onclick: () => choose({ bend: view.state.bend ? 0 : 1 }) });
    const chain = sizes.slice(1).map((size, i) => `(${sizes[i]}, ${size})`).join(" @ ");
    const columns = names.map((name) => {
      const canvas = h("canvas", { class: "mlp-picture", role: "img", "aria-label": `The one matrix's column for ${name}` });
      return { canvas, element: h("li", {}, canvas, h("span", { class: "mlp-loupe-caption" }, name)) };
    });
    const outputs = names.map((name) => {
      const cells = [h("td"), h("td"), h("td")];
      return { element: h("tr", {}, h("th", { scope: "row" }, name), ...cells), cells };
    });
    const ends = h("table", { class: "mlp-loupe-table" },
      h("thead", {}, h("tr", {}, ...["logit", "layer by layer", "one matrix", "difference"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...outputs.map((o) => o.element)));
    const judged = h("p", { class: "mlp-loupe-judged" });

    view.body.append(
      h("h3", {}, "One cell of z"), shapes,
      h("div", { class: "mlp-row" }, field("Row: image", image), is, field("Column: unit", unit)),
      h("div", { class: "mlp-loupe-cell" },
        h("div", { class: "mlp-loupe-left" }, h("div", { class: "mlp-loupe-figures" }, ...figures), colours),
        h("div", { class: "mlp-loupe-sum" }, h("p", { class: "mlp-note" }, "sum so far, against the place k"), curve)),
      field("Place k", slider), table, said,
      h("div", { class: "mlp-loupe-two mlp-loupe-part" },
        h("div", { class: "mlp-loupe-wide" }, h("h3", {}, `Hidden units: ${fanOut} columns of weights${shown}`), grid),
        h("div", { class: "mlp-loupe-thin" }, excitedHead, h("ul", { class: "mlp-loupe-top" }, ...exciting.map((e) => e.element)))),
      h("h3", { class: "mlp-loupe-part" }, `Is the network one matrix?  ${chain} = (${pixels}, ${names.length})`),
      h("div", { class: "mlp-row" }, bend, judged),
      h("div", { class: "mlp-loupe-two" }, h("ul", { class: "mlp-loupe-wide mlp-loupe-columns" }, ...columns.map((c) => c.element)), h("div", { class: "mlp-loupe-thin" }, ends)),
    );

    let painted = null;
    function paintWeights() {
      if (painted === view.theme().dark) return;
      painted = view.theme().dark;
      tiles.forEach(({ canvas }, j) => drawSigned(canvas, row(units, j), width, height, scaleOf(row(units, j)), view.theme()));
      columns.forEach(({ canvas }, k) => drawSigned(canvas, row(matrix, k), width, height, scaleOf(row(matrix, k)), view.theme()));
    }
    function drawCell(state) {
      const { place, x, w, products, running } = state;
      if (document.activeElement !== image) image.value = state.image;
      if (document.activeElement !== unit) unit.value = state.unit;
      slider.value = place;
      setText(is, state.is);
      setText(captions[0], `row ${state.image} of images`);
      setText(captions[1], `column ${state.unit} of weights`);
      setText(captions[2], `${count(pixels)} products`);
      around(place, pixels).forEach((k, c) => {
        [String(k), signed(x[k]), signed(w[k]), signed(products[k]), signed(running[k])].forEach((text, r) => {
          setText(lines[r].cells[c], text);
          lines[r].cells[c].classList.toggle("mlp-is-here", k === place);
        });
      });
      slider.setAttribute("aria-valuetext", `${place}: ${signed(x[place])} times ${signed(w[place])}, sum so far ${signed(running[place])}`);
      curve.setAttribute("aria-label", describeCurve("Running sum", places, running, { at: "place" }));
      setText(said, cellSum(state, activation));
    }
    function drawUnit(state) {
      tiles.forEach(({ element }, j) => {
        element.setAttribute("aria-selected", j === state.unit);
        element.tabIndex = j === Math.min(state.unit, tiles.length - 1) ? 0 : -1;
      });
      setText(excitedHead, `Images with the largest z of unit ${state.unit}`);
      exciting.forEach(({ element, button, canvas, text }, i) => {
        element.hidden = i >= state.top.length;
        if (element.hidden) return;
        drawGrey(canvas, row(state.top_pixels, i), width, height);
        setText(text, `z ${signed(state.top_z[i])}`);
        button.setAttribute("aria-label", `Image ${state.top[i]}${state.top_is[i] ? `, ${state.top_is[i]}` : ""}: z ${signed(state.top_z[i])}`);
        button.title = state.top_is[i];
      });
    }
    function drawEnds(state) {
      setText(bend, state.bend ? `Switch ${activation} off` : `Switch ${activation} on`);
      setText(judged, verdict(state.bend, state.gap, activation, sizes.length - 1, images));
      outputs.forEach(({ cells }, k) => {
        const numbers = [state.layers[k], state.by_matrix[k], state.layers[k] - state.by_matrix[k]];
        numbers.forEach((value, c) => setText(cells[c], c === 2 && Math.abs(value) < 1e-5 ? "0" : signed(value)));
      });
    }
    function draw(state) {
      paintWeights();
      drawCell(state);
      drawUnit(state);
      drawEnds(state);
      view.say(`Place ${state.place}: sum so far ${signed(state.running[state.place])}. ${said.textContent}`);
      view.mark({ status: "ready", image: state.image, unit: state.unit, place: state.place, bend: state.bend ? "on" : "off", z: (state.z ?? NaN).toFixed(6), gap: state.gap });
    }
    return { draw };
  },
});

/** A frame that is seen on light and on dark. */
function frameAround(ctx, x, y, size, theme) {
  for (const [color, wide] of [[theme.surface, 4], [theme.ink, 2]]) {
    Object.assign(ctx, { strokeStyle: color, lineWidth: wide });
    ctx.strokeRect(x - 1, y - 1, size + 2, size + 2);
  }
}
