import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { load } from "./load.mjs";

const folder = new URL("../../mlpkit/widgets/", import.meta.url);
const { drawGrey, drawSigned } = await load("common");

/** What a drawing puts into a canvas: a list of [red, green, blue, opacity]. */
function pixelsOf(draw) {
  let data = null;
  const context = {
    createImageData: (width, height) => ({ data: new Uint8ClampedArray(4 * width * height) }),
    putImageData: (image) => { data = image.data; },
  };
  draw({ getContext: () => context });
  return Array.from({ length: data.length / 4 }, (_, i) => [...data.slice(4 * i, 4 * i + 4)]);
}

test("in a grey picture 0 is black and 255 is white, and what comes after the size changes nothing", () => {
  const expected = [0, 1, 200, 255].map((value) => [value, value, value, 255]);
  for (const more of [[], [true], [false], [{ dark: true }]]) {
    assert.deepEqual(pixelsOf((canvas) => drawGrey(canvas, Uint8Array.of(0, 1, 200, 255), 2, 2, ...more)), expected);
  }
});

test("in a signed picture below 0 is blue, above 0 is orange, and 0 has one colour in each theme", () => {
  for (const dark of [false, true]) {
    const [lowest, low, zero, high, highest] = pixelsOf((canvas) => drawSigned(canvas, [-2, -1, 0, 1, 2], 5, 1, 2, { dark }));
    for (const [red, , blue] of [lowest, low]) assert.ok(blue > red + 40, `${lowest} ${low}`);
    for (const [red, green, blue] of [highest, high]) assert.ok(red > green + 10 && green > blue + 10, `${highest} ${high}`);
    const others = pixelsOf((canvas) => drawSigned(canvas, [0, -0, 0], 3, 1, 1e-9, { dark }));
    assert.deepEqual(others, [zero, zero, zero]);
    assert.ok(Math.max(...zero.slice(0, 3)) - Math.min(...zero.slice(0, 3)) < 10, `0 is ${zero}: no colour of its own`);
    assert.equal(zero[0] < 128, dark);
    const outside = pixelsOf((canvas) => drawSigned(canvas, [-9, 9, 5], 3, 1, 2, { dark }));
    assert.deepEqual(outside, [lowest, highest, highest]);
    assert.deepEqual(pixelsOf((canvas) => drawSigned(canvas, [0], 1, 1, 0, { dark })), [zero]); // all of them zero
  }
});

test("every widget with pictures draws them by that rule, whatever the theme", () => {
  const widgets = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"));
  const grey = new Set();
  for (const { name } of widgets) {
    for (const file of readdirSync(new URL(`${name}/`, folder)).filter((each) => /\.(js|css)$/.test(each))) {
      const text = readFileSync(new URL(`${name}/${file}`, folder), "utf8");
      for (const [line] of text.matchAll(/drawGrey\(.*/g)) {
        grey.add(name);
        assert.doesNotMatch(line, /theme|dark|light|invert/, file);
      }
      for (const [line] of text.matchAll(/drawSigned\(.*/g)) assert.match(line, /, (theme|view\.theme\(\))\)/, file);
      assert.doesNotMatch(text, /255 -|filter: *invert|drawGrey = /, file);
    }
  }
  assert.deepEqual([...grey].sort(), ["confusion_matrix", "draw_pad", "matrix_loupe", "pixel_lens", "prediction_gallery", "training_deck"]);
});

test("the cells of the draw pad's grid are black, with ink white", () => {
  const css = readFileSync(new URL("draw_pad/draw_pad.css", folder), "utf8");
  assert.match(css, /\.mlp-pad-cell \{ background: #000;/);
  assert.match(css, /\.mlp-is-ink \{ background: #fff;/);
});
