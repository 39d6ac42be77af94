import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { firstCell, origin, sentence } = await load("pixel_lens");

test("the window around a place stays inside the row", () => {
  assert.equal(firstCell(100, 784, 13), 94);
  assert.equal(firstCell(2, 784, 13), 0);
  assert.equal(firstCell(783, 784, 13), 771);
  assert.equal(firstCell(3, 6, 13), 0);
});

test("a rightly flattened row holds its own image, in order", () => {
  for (const place of [0, 5, 783]) assert.deepEqual(origin(3, place, 12, 784, false), { image: 3, pixel: place });
});

test("a wrongly flattened row holds pixels of every image", () => {
  // 3 images of 4 pixels, numbered 0..11 and laid out as (4, 3): column 1 is 1, 4, 7, 10
  const found = [0, 1, 2, 3].map((place) => origin(1, place, 3, 4, true));
  assert.deepEqual(found, [{ image: 0, pixel: 1 }, { image: 1, pixel: 0 }, { image: 1, pixel: 3 }, { image: 2, pixel: 2 }]);
});

test("the sentence does the sum", () => {
  assert.equal(sentence(0, 89, 146, 12, [28, 28], false),
    "Row 3, column 5 of the image is place 28 · 3 + 5 = 89 of its row. It holds 146.");
  assert.equal(sentence(1, 2, 9, 3, [2, 2], true), "Place 2 of row 1 holds 9: row 1, column 1 of image 1.");
});
