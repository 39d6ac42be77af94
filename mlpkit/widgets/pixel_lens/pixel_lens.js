// The pixel lens: the image on the left, its row on the right, and one place lit in both.

const CELLS = 13; // places of the row that are shown as numbers

/** The place that the middle of a window of `cells` places starts at, so that it stays inside the row. */
export const firstCell = (place, length, cells = CELLS) => clamp(place - Math.floor(cells / 2), 0, Math.max(0, length - cells));

/** Which pixel of which image stands at a place of row i: of its own if rightly flattened, of many if wrongly. */
export function origin(i, place, images, pixels, wrong) {
  const number = wrong ? place * images + i : i * pixels + place;
  return { image: Math.floor(number / pixels), pixel: number % pixels };
}

/** One sentence about a place, the same that the reader sees and hears. */
export function sentence(i, place, value, images, [height, width], wrong) {
  const { image, pixel } = origin(i, place, images, height * width, wrong);
  const [down, across] = [Math.floor(pixel / width), pixel % width];
  if (!wrong) {
    return `Row ${down}, column ${across} of the image is place ${width} · ${down} + ${across} = ${place} of its row. It holds ${value}.`;
  }
  return `Place ${place} of row ${i} holds ${value}: row ${down}, column ${across} of image ${image}.`;
}

export default widget({
  build(view) {
    const { names, shape, right, place: start } = view.state;
    const [height, width] = shape;
    const [images, pixels] = right.shape;
    const local = Object.assign(view.local, { image: 0, place: start, wrong: false, ...view.local });
    const values = () => row(local.wrong ? view.state.wrong : right, local.image);

    function go(changes) {
      Object.assign(local, changes);
      local.place = clamp(Math.round(local.place), 0, pixels - 1);
      view.store.changed();
    }
    const which = select(names.map((name, i) => [i, `${i}: ${name}`]), { onchange: () => go({ image: Number(which.value) }) });
    const way = select([["right", `images.reshape(${images}, -1)`], ["wrong", `images.reshape(${pixels}, -1).T`]],
      { class: "mlp-select mlp-lens-way", onchange: () => go({ wrong: way.value === "wrong" }) });
    const slider = h("input", { type: "range", min: 0, max: pixels - 1, step: 1, class: "mlp-lens-slider",
      oninput: () => go({ place: Number(slider.value) }) });

    const thumb = h("canvas"); // one canvas pixel for each pixel, drawn larger
    const picture = view.canvas({
      label: "The image that this row makes", class: "mlp-canvas mlp-lens-picture", height: (w) => (w * height) / width,
      draw(ctx, w, tall, theme) {
        drawGrey(thumb, values(), width, height);
        ctx.imageSmoothingEnabled = false;
        ctx.drawImage(thumb, 0, 0, w, tall);
        const size = w / width;
        outline(ctx, (local.place % width) * size, Math.floor(local.place / width) * size, size, size, theme);
      },
    });
    const strip = h("canvas");
    const line = view.canvas({
      label: "The row of numbers", height: 150, class: "mlp-canvas mlp-lens-line",
      draw(ctx, w, tall, theme) {
        drawGrey(strip, values(), pixels, 1);
        ctx.drawImage(strip, 0, 18, w, 34);
        ctx.strokeStyle = theme.grid;
        ctx.strokeRect(0.5, 18.5, w - 1, 33);
        const each = w / pixels;
        const first = firstCell(local.place, pixels);
        const at = (local.place + 0.5) * each;
        ctx.fillStyle = theme.series[1];
        ctx.fillRect(at - 1.5, 12, 3, 46);
        label(ctx, `place ${local.place}`, clamp(at, 32, w - 32), 0, theme.ink);
        opening(ctx, [first * each, (first + CELLS) * each], [0, w], 58, 84, theme);
        cells(ctx, w, first, theme);
      },
    });
    function cells(ctx, w, first, theme) {
      const wide = w / CELLS;
      for (let k = 0; k < Math.min(CELLS, pixels); k++) {
        const value = values()[first + k];
        ctx.fillStyle = `rgb(${value}, ${value}, ${value})`;
        ctx.fillRect(k * wide, 84, wide, 36);
        label(ctx, String(value), (k + 0.5) * wide, 95, value > 120 ? "#000" : "#fff");
        label(ctx, String(first + k), (k + 0.5) * wide, 128, first + k === local.place ? theme.ink : theme.muted);
      }
      outline(ctx, (local.place - first) * wide, 84, wide, 36, theme);
    }

    const point = (element, to) => {
      for (const type of ["pointermove", "pointerdown"]) {
        view.on(element, type, (event) => {
          const box = element.getBoundingClientRect();
          go({ place: to((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height) });
        });
      }
    };
    const inside = (share, n) => clamp(Math.floor(share * n), 0, n - 1);
    point(picture, (x, y) => inside(y, height) * width + inside(x, width));
    point(line, (x, y) => (y < 0.5 ? inside(x, pixels) : firstCell(local.place, pixels) + inside(x, CELLS)));

    const said = h("p", { class: "mlp-lens-said" });
    view.body.append(
      h("div", { class: "mlp-row" }, field("Image", which), field("Flattened by", way)),
      h("div", { class: "mlp-lens" }, h("div", { class: "mlp-lens-left" }, picture),
        h("div", { class: "mlp-lens-right" }, line, field("Place in the row", slider), said)),
    );
    function draw() {
      which.value = local.image;
      way.value = local.wrong ? "wrong" : "right";
      slider.value = local.place;
      setText(said, sentence(local.image, local.place, values()[local.place], images, shape, local.wrong));
      view.say(said.textContent);
      view.mark({ status: "ready", image: local.image, place: local.place, value: values()[local.place], way: way.value });
    }
    return { draw };
  },
});

/** A frame that is seen on black and on white: light inside, colour outside. */
function outline(ctx, x, y, w, tall, theme) {
  ctx.lineWidth = 4;
  ctx.strokeStyle = "#fff";
  ctx.strokeRect(x - 1, y - 1, w + 2, tall + 2);
  ctx.lineWidth = 2.5;
  ctx.strokeStyle = theme.dark ? "#c45200" : theme.series[1];
  ctx.strokeRect(x - 1, y - 1, w + 2, tall + 2);
}

/** A short text, centred on x, below y. */
function label(ctx, text, x, y, color) {
  Object.assign(ctx, { font: FONT, fillStyle: color, textAlign: "center", textBaseline: "top" });
  ctx.fillText(text, x, y);
}

/** The window of the strip and how it opens to the cells below. */
function opening(ctx, [a, b], [left, right], top, bottom, theme) {
  ctx.beginPath();
  ctx.moveTo(a, top);
  ctx.lineTo(b, top);
  ctx.lineTo(right, bottom);
  ctx.lineTo(left, bottom);
  ctx.closePath();
  ctx.globalAlpha = 0.25;
  ctx.fillStyle = theme.muted;
  ctx.fill();
  ctx.globalAlpha = 1;
}
