import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { moved } = await load("prediction_gallery");

test("keys move the choice and stop at the edges", () => {
  assert.equal(moved("ArrowRight", 3, 24, 6), 4);
  assert.equal(moved("ArrowDown", 3, 24, 6), 9);
  assert.equal(moved("ArrowUp", 3, 24, 6), 3);
  assert.equal(moved("ArrowRight", 23, 24, 6), 23);
  assert.equal(moved("End", 3, 24, 6), 23);
  assert.equal(moved("x", 3, 24, 6), null);
});
