import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { walked, shades, meaning } = await load("confusion_matrix");

test("keys walk through the table and stop at its edges", () => {
  assert.deepEqual(walked("ArrowRight", [2, 3], 10), [2, 4]);
  assert.deepEqual(walked("ArrowUp", [0, 3], 10), [0, 3]);
  assert.deepEqual(walked("ArrowDown", [8, 3], 10), [9, 3]);
  assert.deepEqual(walked("Home", [8, 3], 10), [8, 0]);
  assert.deepEqual(walked("End", [8, 3], 10), [8, 9]);
  assert.equal(walked("d", [8, 3], 10), null);
});

test("mistakes are shaded against the largest mistake, right answers by their share", () => {
  assert.deepEqual(shades([0.9, 0.1, 0.2, 0.8], 2), [0.9, 0.5, 1, 0.8]);
  assert.deepEqual(shades([1, 0, 0, 0], 2), [1, 0, 0, 0]);
});

test("a cell in words", () => {
  const names = ["Coat", "Shirt"];
  assert.equal(meaning(names, [0, 1], 1, 0.1, 0.2).head, "✗ Coat, predicted as Shirt: 1 image");
  assert.match(meaning(names, [0, 1], 1200, 0.1, 0.2).shares, /10\.0 % of the images of Coat, and 20\.0 % of the images predicted as Shirt/);
  assert.equal(meaning(names, [1, 1], 1200, 0.1, 0.2).head, "✓ Shirt, predicted correctly: 1,200 images");
});
