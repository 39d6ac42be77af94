// The prediction gallery: a page of thumbnails, one of them chosen, and its probabilities beside it.

/** Where the choice goes for a key, on a page of `length` images in rows of `columns`; null for other keys. */
export function moved(key, at, length, columns) {
  const to = {
    ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns, Home: 0, End: length - 1,
  }[key];
  if (to === undefined) return null;
  return to < 0 || to >= length ? at : to;
}

export default widget({
  build(view) {
    const { names, filters } = view.state;
    const [height, width] = view.state.shape;
    const chosen = () => clamp(view.local.chosen ?? 0, 0, Math.max(0, view.state.rows.length - 1));

    const filter = select(filters.map((name) => [name, name]));
    view.on(filter, "change", () => { view.local.chosen = 0; view.ask("show", { filter: filter.value, page: 0 }); });
    const turn = (by) => view.ask("show", { filter: view.state.filter, page: view.state.page + by });
    const before = h("button", { class: "mlp-button", type: "button", onclick: () => turn(-1) }, "Previous page");
    const next = h("button", { class: "mlp-button", type: "button", onclick: () => turn(1) }, "Next page");
    const place = h("span", { class: "mlp-note" });

    const tiles = Array.from({ length: 24 }, (_, i) => {
      const picture = h("canvas", { class: "mlp-picture" });
      const caption = h("span", { class: "mlp-gallery-caption" });
      const element = h("li", { class: "mlp-gallery-tile", role: "option", onclick: () => choose(i) }, picture, caption);
      return { element, picture, caption };
    });
    const grid = h("ul", { class: "mlp-gallery-grid", role: "listbox", "aria-label": "Images" }, ...tiles.map((t) => t.element));
    const columns = () => getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    view.on(grid, "keydown", (event) => {
      if (event.key === "PageDown" && view.state.page + 1 < view.state.pages) turn(1);
      else if (event.key === "PageUp" && view.state.page > 0) turn(-1);
      else {
        const to = moved(event.key, chosen(), view.state.rows.length, columns());
        if (to === null) return;
        choose(to);
      }
      event.preventDefault();
    });
    function choose(i) {
      view.local.chosen = i;
      tiles[i].element.focus();
      view.redraw();
    }

    const large = h("canvas", { class: "mlp-picture mlp-gallery-large", role: "img" });
    const heading = h("h3");
    const verdict = h("p");
    const bars = probabilityBars(names);
    view.body.append(
      h("div", { class: "mlp-row" }, field("Show", filter), before, next, place),
      h("div", { class: "mlp-gallery" }, grid,
        h("div", { class: "mlp-gallery-detail" }, large, heading, verdict, bars.element)),
    );

    function draw(state) {
      const shown = state.rows.length;
      const at = chosen();
      filter.value = state.filter;
      before.disabled = state.page === 0;
      next.disabled = state.page + 1 >= state.pages;
      setText(place, state.total ? `Page ${state.page + 1} of ${count(state.pages)}, ${count(state.total)} images` : "No image here");
      tiles.forEach(({ element, picture, caption }, i) => {
        element.hidden = i >= shown;
        if (i >= shown) return;
        const right = state.labels[i] === state.predictions[i];
        drawGrey(picture, row(state.images, i), width, height);
        setText(caption, `${right ? "✓" : "✗"} ${names[state.predictions[i]]}`);
        element.classList.toggle("mlp-is-wrong", !right);
        element.setAttribute("aria-selected", i === at);
        element.tabIndex = i === at ? 0 : -1;
        element.setAttribute("aria-label", `Image ${count(state.rows[i])}: ${names[state.labels[i]]}, predicted ${names[state.predictions[i]]}`);
      });
      large.hidden = bars.element.hidden = !shown;
      view.mark({ status: "ready", filter: state.filter, page: state.page, total: state.total, chosen: at });
      if (!shown) {
        setText(heading, "Nothing to show");
        setText(verdict, "No image passes this filter.");
        return;
      }
      const [truth, said] = [state.labels[at], state.predictions[at]];
      const sure = percent(row(state.probabilities, at)[said]);
      drawGrey(large, row(state.images, at), width, height);
      large.setAttribute("aria-label", `Image ${count(state.rows[at])}, larger`);
      setText(heading, `Image ${count(state.rows[at])}: ${names[truth]}`);
      setText(verdict, truth === said ? `✓ Predicted rightly, ${sure} sure.` : `✗ Predicted ${names[said]}, ${sure} sure.`);
      bars.update(Array.from(row(state.probabilities, at)), truth);
      view.say(`${heading.textContent}. ${verdict.textContent}`);
    }
    return { draw };
  },
});
