// The confusion matrix: a table to walk through, and beside it the images behind the chosen cell.

/** The cell that a key leads to, in a table of n x n; null for other keys. */
export function walked(key, [row, column], n) {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  if (step) return [clamp(row + step[0], 0, n - 1), clamp(column + step[1], 0, n - 1)];
  if (key === "Home") return [row, 0];
  if (key === "End") return [row, n - 1];
  return null;
}

/** How dark each cell is, 0 to 1: right answers by their share of the row, mistakes against the largest of them. */
export function shades(shares, n) {
  const wrong = Array.from(shares, (share, i) => (Math.floor(i / n) === i % n ? 0 : share));
  const largest = Math.max(...wrong) || 1;
  return Array.from(shares, (share, i) => (wrong[i] ? share / largest : Math.floor(i / n) === i % n ? share : 0));
}

/** What a cell means, in words. */
export function meaning(names, [row, column], number, ofTrue, ofPredicted) {
  const images = `${count(number)} ${number === 1 ? "image" : "images"}`;
  const head = row === column ? `${names[row]}, predicted correctly` : `${names[row]}, predicted as ${names[column]}`;
  return {
    head: `${row === column ? "✓" : "✗"} ${head}: ${images}`,
    shares: `That is ${percent(ofTrue)} of the images of ${names[row]}, and ${percent(ofPredicted)} of the images predicted as ${names[column]}.`,
  };
}

export default widget({
  latest: true,
  build(view) {
    const { names, choices } = view.state;
    const [height, width] = view.state.shape;
    const n = names.length;
    const at = (table, r, c) => table[r * n + c];
    const largest = () => Math.max(...shades(view.state.of_true, n).map((s, i) => (s && Math.floor(i / n) !== i % n ? view.state.of_true[i] : 0)));

    function show(changes) {
      const { row, column, page, numbers } = Object.assign(view.state, changes);
      view.store.changed();
      view.ask("show", { row, column, page, numbers });
    }
    const numbers = select(choices.map((name) => [name, name]), { onchange: () => show({ numbers: numbers.value }) });
    const open = (r, c) => show({ row: r, column: c, page: 0 });

    const cells = names.map((_, r) => names.map((_, c) => h("td", {
      role: "gridcell", class: r === c ? "mlp-is-right" : "", onclick: () => { open(r, c); cells[r][c].focus(); },
    })));
    const heading = (name, scope) => h("th", { scope, title: name }, h("span", {}, name));
    const many = n > 14; // then the table scrolls sideways, its row names staying in view
    const table = h("table", { class: `mlp-confusion-table${many ? " mlp-is-many" : ""}`, style: many ? `min-width: ${88 + 30 * n}px` : null, role: "grid", "aria-label": "Rows: true classes. Columns: predictions." },
      h("thead", {}, h("tr", {},
        h("td", { class: "mlp-confusion-corner" }, h("span", {}, "predicted →"), h("span", {}, "true ↓")),
        ...names.map((name) => heading(name, "col")))),
      h("tbody", {}, ...names.map((name, r) => h("tr", {}, heading(name, "row"), ...cells[r]))));
    view.on(table, "keydown", (event) => {
      if (["PageDown", "PageUp"].includes(event.key)) turn(event.key === "PageDown" ? 1 : -1);
      else {
        const to = walked(event.key, [view.state.row, view.state.column], n);
        if (to === null) return;
        open(...to);
        cells[to[0]][to[1]].focus();
      }
      event.preventDefault();
    });
    const legend = h("p", { class: "mlp-note" });

    const head = h("h3");
    const shares = h("p");
    const turn = (by) => {
      const page = clamp(view.state.page + by, 0, view.state.pages - 1);
      if (page !== view.state.page) show({ page });
    };
    const before = h("button", { class: "mlp-button", type: "button", onclick: () => turn(-1) }, "Previous page");
    const next = h("button", { class: "mlp-button", type: "button", onclick: () => turn(1) }, "Next page");
    const place = h("span", { class: "mlp-note" });
    const tiles = Array.from({ length: 12 }, () => {
      const picture = h("canvas", { class: "mlp-picture", role: "img" });
      const caption = h("span", { class: "mlp-confusion-caption" });
      return { element: h("li", {}, picture, caption), picture, caption };
    });
    const list = h("ul", { class: "mlp-confusion-images" }, ...tiles.map((t) => t.element));
    view.body.append(
      h("div", { class: "mlp-row" }, field("Numbers", numbers)),
      h("div", { class: "mlp-confusion" },
        h("div", { class: "mlp-confusion-left" }, table, legend),
        h("div", { class: "mlp-confusion-right" }, head, shares, list, h("div", { class: "mlp-row" }, before, next, place))),
    );

    function drawTable(state) {
      const dark = shades(state.of_true, n);
      const shown = { [choices[1]]: state.of_true, [choices[2]]: state.of_predicted }[state.numbers];
      const unit = shown ? " %" : "";
      numbers.value = state.numbers;
      cells.forEach((line, r) => line.forEach((cell, c) => {
        const number = at(state.counts, r, c);
        setText(cell, shown ? (number ? (100 * at(shown, r, c)).toFixed(0) : "") : number ? count(number) : "");
        const chosen = r === state.row && c === state.column;
        cell.style.setProperty("--mlp-shade", at(dark, r, c).toFixed(3));
        cell.tabIndex = chosen ? 0 : -1;
        cell.setAttribute("aria-selected", chosen);
        cell.setAttribute("aria-label", `true ${names[r]}, predicted ${names[c]}: ${cell.textContent || "0"}${unit}`);
      }));
      setText(legend, `${shown ? "Numbers are per cent. " : ""}Blue with a frame: right. Orange: mistakes. The darkest is ${percent(largest())} of its row.`);
    }

    function drawImages(state) {
      const current = state.of[0] === state.row && state.of[1] === state.column;
      const shown = current ? state.here.length : 0;
      tiles.forEach(({ element, picture, caption }, i) => {
        element.hidden = i >= shown;
        if (i >= shown) return;
        drawGrey(picture, row(state.images, i), width, height);
        picture.setAttribute("aria-label", `Image ${count(state.here[i])}: ${names[state.row]}, predicted ${names[state.column]}`);
        setText(caption, state.known ? `${percent(state.sure[i], 0)} sure` : `image ${count(state.here[i])}`);
      });
      before.disabled = !current || state.page === 0;
      next.disabled = !current || state.page + 1 >= state.pages;
      setText(place, current ? `Page ${state.page + 1} of ${count(state.pages)}${state.known ? ", most certain first" : ""}` : "…");
    }

    function draw(state) {
      const cell = [state.row, state.column];
      const words = meaning(names, cell, at(state.counts, ...cell), at(state.of_true, ...cell), at(state.of_predicted, ...cell));
      drawTable(state);
      drawImages(state);
      setText(head, words.head);
      setText(shares, words.shares);
      view.say(`${words.head}. ${words.shares}`);
      const ready = state.of[0] === state.row && state.of[1] === state.column;
      view.mark({ status: ready ? "ready" : "asking", row: state.row, column: state.column, page: state.page, numbers: state.numbers, shown: tiles.filter((t) => !t.element.hidden).length });
    }
    return { draw };
  },
});
