import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const common = await load("common");

test("arrays find back to their places, also from the middle of a larger buffer", () => {
  const bytes = new Float32Array([9, 1.5, -2, 8]).buffer;
  const got = common.decode(
    { rows: { $array: 0, dtype: "float32", shape: [1, 2] }, list: [1, { $array: 1, dtype: "uint8", shape: [1] }], none: null },
    [new DataView(bytes, 4, 8), new DataView(new Uint8Array([7]).buffer)],
  );
  assert.deepEqual([...got.rows], [1.5, -2]);
  assert.deepEqual(got.rows.shape, [1, 2]);
  assert.deepEqual([...got.list[1]], [7]);
  assert.equal(got.none, null);
});

test("a row of a two-dimensional array", () => {
  const array = Object.assign(new Float32Array([1, 2, 3, 4, 5, 6]), { shape: [3, 2] });
  assert.deepEqual([...common.row(array, 1)], [3, 4]);
});

test("numbers become short words", () => {
  assert.equal(common.count(1234567), "1,234,567");
  assert.equal(common.percent(0.8612), "86.1 %");
  assert.equal(common.percent(NaN), "–");
  assert.equal(common.short(0), "0");
  assert.equal(common.short(12.3456), "12.3");
  assert.equal(common.short(0.00031), "0.00031");
  assert.equal(common.short(4.1e-9), "4.1e-9");
  assert.equal(common.short(3.4e10), "3.4e10");
  assert.equal(common.short(Infinity), "–");
  assert.equal(common.duration(7.2), "8 s");
  assert.equal(common.duration(75), "1 min 15 s");
  assert.equal(common.duration(7300), "2 h 1 min");
});

test("ticks are round and lie inside", () => {
  assert.deepEqual(common.ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(common.ticks(0, 860, 4), [0, 500]);
  assert.deepEqual(common.ticks(0.31, 2.4, 4), [1, 2]);
  assert.deepEqual(common.ticks(3, 3), [3]);
  assert.deepEqual(common.ticks(NaN, NaN), []);
  for (const [low, high] of [[0, 7], [-3.2, 4], [1e-9, 2e-9], [0, 123456]]) {
    const got = common.ticks(low, high, 5);
    assert.ok(got.length >= 2 && got.length <= 8, `${low}..${high}: ${got}`);
    assert.ok(got.every((t) => t >= low - 1e-12 && t <= high + 1e-12));
  }
});

test("scales go there and back", () => {
  const straight = common.linear([10, 20], [100, 0]);
  assert.equal(straight(15), 50);
  assert.equal(straight.invert(50), 15);
  const log = common.logarithmic([1e-4, 1], [0, 400]);
  assert.ok(Math.abs(log(1e-2) - 200) < 1e-9);
  assert.ok(Math.abs(log.invert(200) - 1e-2) < 1e-12);
  assert.deepEqual(log.ticks(5).map((t) => t.toExponential(0)), ["1e-4", "1e-3", "1e-2", "1e-1", "1e+0"]);
  assert.equal(common.linear([5, 5], [0, 100])(5), 0);
});

test("an extent leaves out what is not finite", () => {
  assert.deepEqual(common.extent([3, NaN, -1], [Infinity, 7]), [-1, 7]);
  assert.equal(common.extent([NaN], []), null);
});

test("a curve in words: trend, extremes, where it turned", () => {
  const say = (ys, more) => common.describeCurve("Loss", ys.map((_, i) => i + 1), ys, more);
  assert.match(say([]), /nothing recorded/);
  assert.match(say([2.3, 1.2, 0.4]), /falling, from 2.3 at step 1 to 0.4 at step 3; lowest 0.4 at step 3, highest 2.3 at step 1\.$/);
  assert.match(say([2, 1, NaN, 1.8]), /turned at step 2 and has gone up since/);
  assert.match(say([1, 1, 1]), /about level/);
  assert.match(say([0.1, 0.9, 0.5], { good: "high" }), /turned at step 2 and has gone down since/);
});
