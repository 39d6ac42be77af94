import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { inWords, least, power, reading } = await load("gradient_check_microscope");
const eps = [1e-1, 1e-3, 1e-5, 1e-9];

test("powers of ten are written as in code", () => {
  assert.equal(power(1e-5), "1e-5");
  assert.equal(power(3.1622776e-7), "3e-7");
  assert.equal(power(1), "1e0");
  assert.equal(power(9.97e-12), "1e-11");
  assert.equal(power(0), "0");
});

test("the least error passes over what is no number", () => {
  assert.equal(least([NaN, 3, 1, 2]), 2);
  assert.equal(least([NaN, NaN]), -1);
});

test("the reading tells a right gradient, a wrong one, a kink in reach and a unit on the kink", () => {
  assert.match(reading([1e-3, 1e-6, 1e-10, 1e-7], eps, 1), /eps = 1e-5, error 1e-10\. With a larger eps/);
  assert.doesNotMatch(reading([1e-3, 1e-6, 1e-10, 1e-7], eps, 1), /crosses the kink/);
  assert.match(reading([0.2, 0.2, 1e-10, 1e-7], eps, 1e-4), /above 1e-4 crosses the kink/);
  assert.match(reading([0.3, 0.3, 0.3, 0.3], eps, 1), /large at every eps/);
  assert.match(reading([0.3, 0.3, 0.3, 0.3], eps, 0), /exactly at the kink/);
  assert.match(reading([NaN, NaN, NaN, NaN], eps, 1), /finds no slope/);
});

test("a curve in words says where it starts, is least and ends", () => {
  assert.equal(inWords("float64", [1e-3, NaN, 2e-10, 1e-7], eps),
    "float64: 1e-3 at eps = 1e-1, least 2e-10 at eps = 1e-5, 1e-7 at eps = 1e-9.");
  assert.equal(inWords("a", [NaN, NaN, NaN, NaN], eps), "a: no slope to compare anywhere.");
});
