import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { base64, hasInk, moved, setCell, stroke } = await load("draw_pad");

test("a stroke inks what the pen covers, whichever way it goes, and nothing outside the sheet", () => {
  const [there, back] = [new Uint8Array(400), new Uint8Array(400)];
  stroke(there, 20, [5, 10], [15, 10], 2, 255);
  stroke(back, 20, [15, 10], [5, 10], 2, 255);
  assert.deepEqual(there, back);
  assert.equal(there[10 * 20 + 10], 255);
  assert.equal(there[10 * 20 + 1], 0);
  assert.equal(there[3 * 20 + 10], 0);
  stroke(there, 20, [-50, -50], [-40, -40], 3, 255);
  assert.deepEqual(there, back);
});

test("a dot is a stroke without length, and the rubber takes away what the pen has made", () => {
  const pixels = new Uint8Array(400);
  stroke(pixels, 20, [10, 10], [10, 10], 3, 255);
  assert.equal(pixels[10 * 20 + 10], 255);
  const area = pixels.reduce((sum, value) => sum + value / 255, 0);
  assert.ok(Math.abs(area - Math.PI * 9) < 2, `${area}`);
  stroke(pixels, 20, [10, 10], [10, 10], 5, 0);
  assert.equal(pixels.reduce((sum, value) => sum + value, 0), 0);
});

test("cells of the grid are filled, seen and emptied", () => {
  const pixels = new Uint8Array(112 * 112);
  setCell(pixels, 112, 14, 3, 5, true);
  assert.equal(pixels.reduce((sum, value) => sum + value, 0), 255 * 64);
  assert.ok(hasInk(pixels, 112, 14, 3, 5));
  assert.ok(!hasInk(pixels, 112, 14, 3, 6) && !hasInk(pixels, 112, 14, 5, 3));
  setCell(pixels, 112, 14, 3, 5, false);
  assert.ok(!hasInk(pixels, 112, 14, 3, 5));
});

test("the cursor stays on the grid", () => {
  assert.deepEqual(moved("ArrowUp", [0, 4], 14), [0, 4]);
  assert.deepEqual(moved("ArrowDown", [0, 4], 14), [1, 4]);
  assert.deepEqual(moved("End", [2, 4], 14), [2, 13]);
  assert.equal(moved("x", [2, 4], 14), null);
});

test("bytes travel as base64", () => {
  const bytes = Uint8Array.from({ length: 12544 }, (_, i) => (i * 7) % 256);
  assert.deepEqual(new Uint8Array(Buffer.from(base64(bytes), "base64")), bytes);
});
