import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { cellSize, figure, isLit, moved, names, shapeOf } = await load("gradient_river");

test("keys go one operation on or back and stop at the ends", () => {
  assert.equal(moved("ArrowRight", 3, 12), 4);
  assert.equal(moved("ArrowRight", 12, 12), 12);
  assert.equal(moved("ArrowLeft", 0, 12), 0);
  assert.equal(moved("End", 3, 12), 12);
  assert.equal(moved("Home", 3, 12), 0);
  assert.equal(moved("x", 3, 12), null);
});

test("stages and parameters stand in the order of the forward pass", () => {
  assert.deepEqual(names(2), { flow: ["x", "z1", "a1", "z2", "p", "loss"], parameters: ["W1", "b1", "W2", "b2"] });
  assert.deepEqual(names(1).flow, ["x", "z1", "p", "loss"]);
});

test("what the example reads is lit: a row, a column, a cell, or the true classes", () => {
  assert.ok(isLit("row", 1, 5, [1, 0]));
  assert.ok(!isLit("row", 0, 0, [1, 0]));
  assert.ok(isLit("column", 4, 0, [1, 0]));
  assert.ok(isLit("cell", 1, 0, [1, 0]) && !isLit("cell", 1, 1, [1, 0]));
  assert.ok(isLit("true", 1, 2, [0, 0], [0, 2]) && !isLit("true", 0, 2, [0, 0], [0, 2]));
  assert.ok(!isLit("none", 0, 0, [0, 0]));
});

test("numbers have a true minus sign and no minus zero; shapes read like NumPy's", () => {
  assert.equal(figure(-0.11894), "−0.119");
  assert.equal(figure(-0), "0");
  assert.equal(shapeOf([2, 3]), "(2, 3)");
  assert.equal(shapeOf([4]), "(4,)");
  assert.equal(shapeOf([]), "a number");
});

test("pictures of arrays keep to 56 pixels", () => {
  assert.equal(cellSize([2, 3]), 14);
  assert.equal(cellSize([6, 6]) * 6 <= 56, true);
});
