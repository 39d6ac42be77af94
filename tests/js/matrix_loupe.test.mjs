import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { around, stepped, signed, cellSum, verdict } = await load("matrix_loupe");

test("the places around one stay inside the row", () => {
  assert.deepEqual(around(406, 784), [404, 405, 406, 407, 408]);
  assert.deepEqual(around(0, 784), [0, 1, 2, 3, 4]);
  assert.deepEqual(around(783, 784), [779, 780, 781, 782, 783]);
  assert.deepEqual(around(1, 3), [0, 1, 2]);
});

test("keys step from unit to unit and stop at the edges", () => {
  assert.equal(stepped("ArrowDown", 3, 128, 13), 16);
  assert.equal(stepped("ArrowLeft", 0, 128, 13), 0);
  assert.equal(stepped("End", 0, 128, 13), 127);
  assert.equal(stepped("q", 0, 128, 13), null);
});

test("a cell of z in one line", () => {
  const cell = { image: 3, unit: 17, products: new Float32Array(784), running: new Float32Array([1, 0.5]), bias: -0.25, z: 0.25, a: 0.25 };
  assert.equal(cellSum(cell, "relu"),
    "z[3, 17] = sum of 784 products − 0.25 (bias) = 0.5 − 0.25 = 0.25; after relu it is 0.25.");
  assert.equal(signed(-0.5), "−0.5");
});

test("what the switch shows", () => {
  assert.match(verdict(true, 12.34, "relu", 3, 5000), /over 5,000 images the two differ by at most 12\. The product of the weights is not/);
  assert.match(verdict(false, 2e-14, "relu", 3, 5000), /2e-14, which is rounding\. The 3 layers equal one matrix/);
  assert.match(verdict(true, 0, "relu", 1, 5), /only one layer/);
  assert.match(verdict(true, null, "relu", 3, 5), /diverged/);
  assert.equal(signed(null), "NaN");
});
