import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { points, ceiling } = await load("clinic_panel");

test("one point, many points", () => {
  assert.equal(points(1), "1 point");
  assert.equal(points(0), "0 points");
});

test("a loss that runs away is cut off, one that overflows does no harm", () => {
  assert.equal(ceiling([0.2, 0.1]), 2.6);
  assert.equal(ceiling([Infinity, NaN]), 2.6);
  assert.equal(ceiling([500, 2]), 21);
  assert.ok(Math.abs(ceiling([4, 2]) - 4.2) < 1e-12);
});
