import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { points, ceiling, whyNot } = await load("clinic_panel");

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

test("a test that cannot be ordered says why", () => {
  const state = { left: 1, busy: "", refusals: { bench: "the test 'bench' costs 2 points" } };
  const done = new Set(["shapes"]);
  assert.equal(whyNot("dtype", state, done), "");
  assert.equal(whyNot("shapes", state, done), "done: see Findings");
  assert.equal(whyNot("bench", state, done), "not enough points: 1 point left");
  assert.equal(whyNot("dtype", { ...state, busy: "pairs" }, done), "wait for pairs");
});
