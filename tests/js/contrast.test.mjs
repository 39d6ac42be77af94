import assert from "node:assert/strict";
import test from "node:test";
import { contrast, DARK, FORCED, LIGHT } from "./colors.mjs";
import { load } from "./load.mjs";

const { drawAxes, linear } = await load("common");
const { landColors } = await load("optimizer_race");
const series = (colors) => Object.entries(colors).filter(([name]) => name.startsWith("series-"));

test("contrast is that of the standard, and the palettes are read whole", () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
  assert.ok(Math.abs(contrast([119, 119, 119], [255, 255, 255]) - 4.48) < 0.01);
  assert.deepEqual([LIGHT, DARK, FORCED].map((colors) => series(colors).length), [6, 6, 5]); // the sixth is the system's
  assert.deepEqual([LIGHT.surface, DARK.surface], [[255, 255, 255], [17, 17, 17]]);
});

test("every lane of the race has 3:1 on the lightest and the darkest place of its land", () => {
  const cases = [[LIGHT, { dark: false }], [DARK, { dark: true }], [FORCED, { dark: false, forced: true }], [FORCED, { dark: true, forced: true }]];
  for (const [colors, theme] of cases) {
    const [low, high, edge] = landColors(theme);
    for (const place of [low, high]) {
      for (const ground of [place, place.map((c) => Math.min(255, Math.max(0, c + edge)))]) {
        for (const [name, lane] of series(colors)) {
          assert.ok(contrast(lane, ground) >= 3, `${JSON.stringify(theme)} ${name} on ${ground}: ${contrast(lane, ground)}`);
        }
      }
    }
  }
});

test("letters have 4.5:1 on the page and on a raised part, in the light and the dark theme", () => {
  for (const [colors, names] of [[LIGHT, ["ink", "muted", "accent", "good", "bad"]], [DARK, ["ink", "muted", "accent", "good", "bad"]]]) {
    for (const name of names) {
      for (const ground of ["surface", "raised"]) {
        assert.ok(contrast(colors[name], colors[ground]) >= 4.5, `${name} on ${ground}: ${contrast(colors[name], colors[ground])}`);
      }
    }
    assert.ok(contrast(colors["on-accent"], colors.accent) >= 4.5);
  }
});

test("the numbers along the axes are written in a colour of text", () => {
  const used = new Set();
  const ctx = { beginPath() {}, moveTo() {}, lineTo() {}, stroke() {}, fillText() { used.add(ctx.fillStyle); } };
  const theme = { ink: "ink", muted: "muted", grid: "grid" };
  drawAxes(ctx, { left: 40, top: 0, right: 300, bottom: 100 }, linear([0, 9], [40, 300]), linear([0, 1], [100, 0]), theme);
  assert.deepEqual([...used], ["muted"]);
});
