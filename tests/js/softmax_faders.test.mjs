import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { softmax, logSoftmax, naiveSoftmax, gradient, written } = await load("softmax_faders");
const near = (a, b) => a.forEach((x, i) => assert.ok(Math.abs(x - b[i]) < 1e-12, `${a} against ${b}`));

test("softmax sums to 1 and does not mind a shift", () => {
  const z = [1.2, -0.8, 3.1, 0.4];
  near([softmax(z).reduce((a, b) => a + b)], [1]);
  near(softmax(z.map((x) => x + 1000)), softmax(z.map((x) => x + 1000 - 1000)));
  near(logSoftmax(z).map(Math.exp), softmax(z));
  near(logSoftmax([0, -2000]), [0, -2000]);
});

test("the naive softmax agrees, until it breaks", () => {
  const z = [1.2, -0.8, 3.1, 0.4];
  near(naiveSoftmax(z), softmax(z));
  assert.ok(naiveSoftmax(z.map((x) => x + 1000)).every(Number.isNaN));
  assert.ok(naiveSoftmax(z.map((x) => x - 1000)).every(Number.isNaN));
});

test("the gradient sums to 0 and is below 0 at the true class alone", () => {
  const push = gradient(softmax([1, 2, 3]), 1);
  near([push.reduce((a, b) => a + b)], [0]);
  assert.deepEqual(push.map((x) => x < 0), [false, true, false]);
});

test("what is no number is written as it is called", () => {
  assert.deepEqual([NaN, Infinity, -Infinity, -1.5, 0].map((x) => written(x)), ["NaN", "∞", "−∞", "−1.5", "0"]);
});
