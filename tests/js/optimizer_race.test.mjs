import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { lastSeen, placeOf, rankAt, rateAt, standing } = await load("optimizer_race");

test("a slider's place and a learning rate go back and forth", () => {
  assert.equal(placeOf(1e-4, 1e-4), 0);
  assert.equal(placeOf(10, 1e-4), 200);
  for (const rate of [0.001, 0.03, 0.25, 0.95, 10]) assert.ok(Math.abs(rateAt(placeOf(rate, 1e-4), 1e-4) / rate - 1) < 0.06);
});

test("the last place a lane was seen at", () => {
  assert.equal(lastSeen([3, 2, 1], 2), 2);
  assert.equal(lastSeen([3, 2, NaN, NaN], 3), 1);
  assert.equal(lastSeen([NaN], 0), -1);
});

test("how a lane stands", () => {
  const lane = { losses: [4, 2, 1], path: [0, 0, 1, 1, 2, 2], box: [-3, 3, -3, 3], at: 1, arrival: 2, problem: "" };
  assert.equal(standing(lane), "on its way");
  assert.equal(standing({ ...lane, at: 2 }), "there since step 2");
  assert.equal(standing({ ...lane, arrival: null, at: 2 }), "on its way");
  assert.equal(standing({ ...lane, box: [-3, 3, -3, 0.5] }), "out of the picture");
  assert.equal(standing({ ...lane, losses: [4, NaN, NaN] }), "overflowed at step 1");
  assert.equal(standing({ ...lane, problem: "ValueError" }), "stopped, see below");
});

test("ranks between grid points are interpolated", () => {
  const ranks = [0, 1, 0, 1];
  assert.equal(rankAt(ranks, [2, 2], 0, 0), 0);
  assert.equal(rankAt(ranks, [2, 2], 1, 1), 1);
  assert.equal(rankAt(ranks, [2, 2], 0.5, 0.3), 0.5);
});
