import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { picked, decades, heights } = await load("signal_microscope");

test("layers are picked evenly, with both ends", () => {
  assert.deepEqual(picked(3, 10), [0, 1, 2]);
  assert.deepEqual(picked(50, 6), [0, 10, 20, 29, 39, 49]);
  assert.deepEqual(picked(1, 10), [0]);
});

test("a logarithmic range holds all that is above 0, and is never too narrow", () => {
  const [low, high] = decades([1, 1], [1]);
  assert.ok(low <= 0.1 + 1e-12 && high >= 10 - 1e-12);
  const wide = decades([1e-20, 0, null, NaN], [1e20, Infinity]);
  assert.ok(wide[0] < 1e-20 && wide[0] > 1e-21 && wide[1] > 1e20 && wide[1] < 1e21);
  assert.equal(decades([0, 0], [null]), null);
});

test("a histogram fills its height, and a large spike of zeros does not flatten the rest", () => {
  const plain = heights([1, 2, 1], 0);
  assert.deepEqual(plain, { bars: [0.5, 1, 0.5], spike: 0 });
  const spiked = heights([1, 2, 1], 0.9);
  assert.ok(Math.abs(spiked.bars[1] - 0.5) < 1e-9);
  assert.equal(spiked.spike, 1);
  assert.deepEqual(heights([0, 0], 1), { bars: [0, 0], spike: 1 });
});
