import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { softmax, logSoftmax, naiveSoftmax, gradient, fixed, written } = await load("softmax_faders");
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

test("the gradient is the slope of the loss for a logit, at every temperature", () => {
  const z = [1.2, -0.8, 3.1, 0.4];
  for (const T of [0.1, 0.5, 1, 10]) {
    const loss = (logits) => -logSoftmax(logits.map((x) => x / T))[2];
    const push = gradient(softmax(z.map((x) => x / T)), 2, T);
    z.forEach((_, k) => {
      const [up, down] = [1e-5, -1e-5].map((eps) => loss(z.map((x, i) => (i === k ? x + eps : x))));
      assert.ok(Math.abs((up - down) / 2e-5 - push[k]) < 1e-6, `T ${T}, logit ${k}`);
    });
  }
});

test("a zero is never below zero", () => {
  assert.deepEqual([-1e-17, -0.0004, -0, -0.5].map((x) => fixed(x)), ["0.000", "0.000", "0.000", "−0.500"]);
  assert.equal(fixed(-1e-17, 0), "0");
});

test("what is no number is written as it is called", () => {
  assert.deepEqual([NaN, Infinity, -Infinity, -1.5, 0].map((x) => written(x)), ["NaN", "∞", "−∞", "−1.5", "0"]);
});
