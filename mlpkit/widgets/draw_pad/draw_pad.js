// The draw pad: a bitmap that pen, rubber and grid all write into, the way into MNIST's form, and probabilities.

/** Draw a line with a round pen into a square bitmap; soft at its edge, `ink` 255 for the pen and 0 for the rubber. */
export function stroke(pixels, side, [x0, y0], [x1, y1], radius, ink) {
  const reach = radius + 1;
  const [left, right] = [Math.floor(Math.min(x0, x1) - reach), Math.ceil(Math.max(x0, x1) + reach)];
  const [top, bottom] = [Math.floor(Math.min(y0, y1) - reach), Math.ceil(Math.max(y0, y1) + reach)];
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  for (let y = clamp(top, 0, side - 1); y <= clamp(bottom, 0, side - 1); y++) {
    for (let x = clamp(left, 0, side - 1); x <= clamp(right, 0, side - 1); x++) {
      const along = length ? clamp(((x + 0.5 - x0) * dx + (y + 0.5 - y0) * dy) / length, 0, 1) : 0;
      const cover = clamp(radius + 0.5 - Math.hypot(x + 0.5 - x0 - along * dx, y + 0.5 - y0 - along * dy), 0, 1);
      const at = y * side + x;
      pixels[at] = ink ? Math.max(pixels[at], Math.round(255 * cover)) : Math.min(pixels[at], Math.round(255 * (1 - cover)));
    }
  }
}

/** Whether a cell of the coarse grid holds ink: its mean is above a third. */
export function hasInk(pixels, side, cells, row, column) {
  const size = side / cells;
  let sum = 0;
  for (let y = row * size; y < (row + 1) * size; y++) for (let x = column * size; x < (column + 1) * size; x++) sum += pixels[y * side + x];
  return sum > 85 * size * size;
}

/** Fill a cell of the coarse grid, or empty it. */
export function setCell(pixels, side, cells, row, column, ink) {
  const size = side / cells;
  for (let y = row * size; y < (row + 1) * size; y++) pixels.fill(ink ? 255 : 0, y * side + column * size, y * side + (column + 1) * size);
}

/** Where the cursor of the grid goes for a key; null for other keys. */
export function moved(key, [row, column], cells) {
  const to = { ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
    Home: [row, 0], End: [row, cells - 1] }[key];
  return to ? to.map((at) => clamp(at, 0, cells - 1)) : null;
}

/** Bytes as base64, the way Python reads them. */
export function base64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}

const TOOLS = [["pen", "Pen"], ["rubber", "Rubber"], ["grid", "Grid, by keyboard"]];

export default widget({
  build(view) {
    const { side, cells, names, network } = view.state;
    const local = Object.assign(view.local, { tool: "pen", past: [], number: 0, ...view.local });
    const at = { cell: [Math.floor(cells / 2), Math.floor(cells / 2)] };

    let timer = 0;
    function changed() {
      local.number += 1;
      timer ||= setTimeout(() => {
        timer = 0;
        view.ask("draw", { pixels: base64(view.state.drawing), number: local.number });
      }, 110);
      view.store.changed();
    }
    const keep = () => { local.past = [...local.past.slice(-29), view.state.drawing.slice()]; };
    function replace(pixels) {
      view.state.drawing.set(pixels);
      view.state.example = 0;
      changed();
    }

    const tools = TOOLS.map(([tool, text]) => h("button", { class: "mlp-button", type: "button",
      onclick: () => { local.tool = tool; view.redraw(); if (tool === "grid") requestAnimationFrame(() => cellAt(at.cell).focus()); } }, text));
    const width = h("input", { type: "range", min: 4, max: 20, step: 1, value: 10, class: "mlp-pad-width" });
    const clear = h("button", { class: "mlp-button", type: "button", onclick: () => { keep(); replace(new Uint8Array(side * side)); } }, "Clear");
    const undo = h("button", { class: "mlp-button", type: "button", onclick: () => { if (local.past.length) replace(local.past.pop()); } }, "Undo");
    const example = h("button", { class: "mlp-button", type: "button", onclick: () => { keep(); view.ask("example"); } }, "A digit from MNIST");

    const sheet = h("canvas", { class: "mlp-pad-sheet", role: "img", "aria-label": "The drawing" });
    let last = null;
    const place = (event) => {
      const box = sheet.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * side, ((event.clientY - box.top) / box.height) * side];
    };
    function draw2(to) {
      stroke(view.state.drawing, side, last, to, Number(width.value) / 2, local.tool === "rubber" ? 0 : 255);
      last = to;
      changed();
    }
    view.on(sheet, "pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      sheet.setPointerCapture(event.pointerId);
      keep();
      if (view.state.example && local.tool === "pen") view.state.drawing.fill(0); // the example makes room
      view.state.example = 0;
      last = place(event);
      draw2(last);
    });
    view.on(sheet, "pointermove", (event) => { if (last) draw2(place(event)); });
    for (const type of ["pointerup", "pointercancel"]) view.on(sheet, type, () => { last = null; });

    const cellAt = ([row, column]) => grid.children[row].children[column];
    const grid = h("div", { class: "mlp-pad-grid", role: "grid", "aria-label": "The drawing as cells. Arrows move, space fills or empties, shift and an arrow draw." },
      ...Array.from({ length: cells }, (_, row) => h("div", { role: "row" },
        ...Array.from({ length: cells }, (_, column) => h("div", { role: "gridcell", class: "mlp-pad-cell", "data-row": row, "data-column": column })))));
    const toggle = (cell, ink) => { setCell(view.state.drawing, side, cells, ...cell, ink); view.state.example = 0; changed(); };
    view.on(grid, "keydown", (event) => {
      const to = moved(event.key, at.cell, cells);
      if (!to && event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!to) { keep(); toggle(at.cell, !hasInk(view.state.drawing, side, cells, ...at.cell)); return; }
      if (event.shiftKey) { keep(); toggle(at.cell, true); }
      at.cell = to;
      if (event.shiftKey) toggle(to, true);
      view.paint();
      cellAt(to).focus();
    });
    let inking = null;
    view.on(grid, "pointerdown", (event) => {
      const cell = event.target.closest(".mlp-pad-cell");
      if (!cell) return;
      event.preventDefault();
      at.cell = [Number(cell.dataset.row), Number(cell.dataset.column)];
      keep();
      inking = !hasInk(view.state.drawing, side, cells, ...at.cell);
      toggle(at.cell, inking);
      cell.focus();
    });
    view.on(grid, "pointerover", (event) => {
      const cell = event.target.closest(".mlp-pad-cell");
      if (cell && inking !== null && event.buttons === 1) toggle([Number(cell.dataset.row), Number(cell.dataset.column)], inking);
    });
    view.on(document, "pointerup", () => { inking = null; });

    const stages = ["Cut out", "Longer side becomes 20", "Put in the middle of 28 × 28"].map((title) => {
      const picture = h("canvas", { class: "mlp-picture", role: "img" });
      const caption = h("figcaption");
      return { title, picture, caption, element: h("figure", { class: "mlp-pad-stage" }, h("div", { class: "mlp-pad-frame" }, picture), caption) };
    });
    const verdict = h("h3");
    const bars = probabilityBars(names);
    const hint = h("p", { class: "mlp-note" });
    view.body.append(
      h("div", { class: "mlp-row" }, h("div", { class: "mlp-row", role: "group", "aria-label": "Draw with" }, ...tools), field("Pen size", width)),
      h("div", { class: "mlp-pad" },
        h("div", { class: "mlp-pad-left" }, sheet, grid, h("div", { class: "mlp-row" }, clear, undo, example), hint),
        h("div", { class: "mlp-pad-right" },
          h("h3", {}, "What the network is given"),
          h("div", { class: "mlp-pad-stages" }, ...stages.map((stage) => stage.element)),
          verdict, bars.element, h("p", { class: "mlp-note" }, `A ${network} network. It has seen digits in this form only.`))));

    function draw(state) {
      const onGrid = local.tool === "grid";
      tools.forEach((button, i) => button.setAttribute("aria-pressed", local.tool === TOOLS[i][0]));
      sheet.hidden = onGrid;
      grid.hidden = !onGrid;
      width.disabled = onGrid;
      undo.disabled = !local.past.length;
      setText(hint, onGrid ? "Arrows move, space fills or empties a cell, shift and an arrow draw." : state.example
        ? "A digit from MNIST, enlarged. When you start to draw, it disappears." : "Draw one digit. Its size and place do not matter.");
      if (onGrid) {
        for (const line of grid.children) {
          for (const cell of line.children) {
            const [row, column] = [Number(cell.dataset.row), Number(cell.dataset.column)];
            const ink = hasInk(state.drawing, side, cells, row, column);
            cell.classList.toggle("mlp-is-ink", ink);
            cell.tabIndex = row === at.cell[0] && column === at.cell[1] ? 0 : -1;
            cell.setAttribute("aria-label", `row ${row + 1}, column ${column + 1}, ${ink ? "ink" : "empty"}`);
          }
        }
      } else drawGrey(sheet, state.drawing, side, side);
      const { steps, probabilities } = state;
      const shapes = steps ? [steps.cropped, steps.scaled, steps.centred] : [];
      stages.forEach(({ title, picture, caption }, i) => {
        picture.hidden = !steps;
        const [high, wide] = shapes[i]?.shape ?? [0, 0];
        setText(caption, steps ? `${i + 1}. ${title}${i < 2 ? `: ${high} × ${wide}` : ""}` : `${i + 1}. ${title}`);
        if (!steps) return;
        drawGrey(picture, shapes[i], wide, high);
        const size = Math.min(112 / high, 112 / wide);
        Object.assign(picture.style, { width: `${size * wide}px`, height: `${size * high}px` });
        picture.setAttribute("aria-label", caption.textContent);
      });
      bars.update(steps ? Array.from(probabilities) : names.map(() => NaN));
      const best = steps ? probabilities.indexOf(Math.max(...probabilities)) : -1;
      setText(verdict, steps ? `Prediction: ${names[best]}, ${percent(probabilities[best])} sure` : "Nothing is drawn yet");
      view.say(verdict.textContent);
      const ink = state.drawing.reduce((sum, value) => sum + (value > 0), 0);
      view.mark({ status: "ready", tool: local.tool, ink, taken: best < 0 ? "" : names[best], number: state.number ?? 0, drawn: local.number, crop: steps?.crop?.join(" ") ?? "" });
    }
    return { draw };
  },
});
