import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const deck = await load("training_deck");
const COLUMNS = ["step", "epoch", "loss", "accuracy", "learning_rate", "valid_loss", "valid_accuracy"];
const rows = (from, n) => Object.assign(
  new Float32Array(Array.from({ length: n }, (_, i) => [from + i + 1, 0, 1 / (from + i + 1), 0.5, 0.1, NaN, NaN]).flat()), { shape: [n, 7] });

test("a table takes rows in pieces, again, and refuses a gap", () => {
  const table = new deck.Table(1, COLUMNS);
  assert.ok(table.put(0, rows(0, 300)));
  assert.ok(table.put(300, rows(300, 500)));
  assert.equal(table.put(900, rows(900, 1)), false);
  assert.equal(table.length, 800);
  assert.ok(table.put(700, rows(700, 50))); // sent twice: the later word holds
  assert.equal(table.length, 750);
  assert.equal(table.step[749], 750);
  assert.equal(table.find(0), -1);
  assert.equal(table.find(1), 0);
  assert.equal(table.find(9999), 749);
});

test("messages in order, a lost one, and a new run", () => {
  const asked = [];
  const store = { page: "p", ask: (name, value) => asked.push([name, value]) };
  const state = { columns: COLUMNS };
  deck.merge(state, { run: 1, start: 0, rows: rows(0, 10), status: "running" }, store);
  deck.merge(state, { run: 1, start: 10, rows: rows(10, 5) }, store);
  assert.equal(state.table.length, 15);
  assert.equal(state.status, "running");
  assert.deepEqual(asked, []);
  deck.merge(state, { run: 1, start: 30, rows: rows(30, 5) }, store);
  assert.deepEqual(asked, [["watch", { page: "p", on: true, have: { run: 1, rows: 15 } }]]);
  deck.merge(state, { run: 1, start: 15, rows: rows(15, 20) }, store);
  assert.equal(state.table.length, 35);
  deck.merge(state, { run: 2, start: 0, rows: rows(0, 0), archived_runs: [{ key: 1, name: "run 1", rows: rows(0, 35) }] }, store);
  assert.equal(state.table.length, 0);
  assert.equal(state.archived_runs[0].table.length, 35);
  assert.deepEqual(state.have, { run: 2, rows: 0 });
});

test("rows that are still to come are asked for", () => {
  const asked = [];
  const store = { page: "p", ask: (name, value) => asked.push(value.have.rows) };
  const state = { columns: COLUMNS };
  deck.merge(state, { run: 1, start: 0, length: 25, rows: rows(0, 10) }, store);
  deck.merge(state, { run: 1, start: 10, length: 25, rows: rows(10, 10) }, store);
  deck.merge(state, { run: 1, start: 20, length: 25, rows: rows(20, 5) }, store);
  assert.deepEqual(asked, [10, 20]);
});

test("a message without rows leaves the table", () => {
  const state = { columns: COLUMNS };
  deck.merge(state, { run: 1, start: 0, rows: rows(0, 3) }, {});
  deck.merge(state, { problem: "no" }, {});
  assert.equal(state.table.length, 3);
});

test("neighbours are put together; what is not finite is left out", () => {
  const xs = [1, 2, 3, 4, 5];
  assert.deepEqual(deck.bucketed(xs, [1, 3, NaN, 5, 7], 3), { x: [1, 2, 4.5], mean: [1, 3, 6], low: [1, 3, 5], high: [1, 3, 7] });
  assert.deepEqual(deck.bucketed(xs, [1, 3, NaN, 5, Infinity], 3).mean, [1, 3, 5]);
  assert.deepEqual(deck.bucketed(xs, [1, 2, 3, 4, 5], Infinity).mean, [1, 2, 3, 4, 5]);
  assert.deepEqual(deck.bucketed([], [], 10).x, []);
});

test("the first fall of the loss is seen", () => {
  const steps = Array.from({ length: 1720 }, (_, i) => i + 1);
  const { x, mean } = deck.bucketed(steps, steps.map((t) => 0.5 + 1.8 * Math.exp(-(t - 1) / 15)), 170);
  assert.equal(mean[0], 2.3);
  assert.ok(x.filter((t) => t <= 60).length >= 10);
  assert.ok(x.length <= 170 + 11);
});

test("the vertical scale: shares from 0 to 1, losses from 0, a hundredfold on a log axis", () => {
  const share = deck.verticalScale("accuracy", [[0.5]], [100, 0]);
  assert.equal(share(1), 0);
  const loss = deck.verticalScale("loss", [[2, 0.5]], [100, 0]);
  assert.equal(loss(0), 100);
  assert.ok(loss(2) > 0 && loss(2) < 10);
  const wide = deck.verticalScale("loss", [[2, 0.001]], [100, 0]);
  assert.ok(Math.abs(wide(Math.sqrt(2 * 0.001)) - 50) < 1e-6);
  assert.ok(Number.isFinite(deck.verticalScale("loss", [[]], [100, 0])(1)));
});

test("results of a run", () => {
  const table = new deck.Table(1, COLUMNS);
  assert.deepEqual(deck.results(table), { steps: 0, loss: NaN, best: NaN });
  table.put(0, rows(0, 2));
  table.valid_accuracy[0] = 0.75;
  assert.deepEqual(deck.results(table), { steps: 2, loss: 0.75, best: 0.75 });
});

test("the status in words", () => {
  const at = { number: 1200, total: 1720, left: 6.2 };
  assert.equal(deck.statusLine({ status: "running", ...at }), "Training, step 1,200 of 1,720, 7 s left.");
  assert.equal(deck.statusLine({ status: "running", ...at, left: null }), "Training, step 1,200 of 1,720.");
  assert.equal(deck.statusLine({ status: "error", ...at }), "Stopped by an error at step 1,200 of 1,720.");
  assert.equal(deck.statusLine({ status: "finished", ...at }), "Finished: all 1,720 steps.");
  assert.match(deck.statusLine({ status: "paused", ...at, awaited: 1 }), /^Paused at step 1,200 of 1,720\. A cell waits/);
  assert.equal(deck.statusLine({ status: "paused", ...at, awaited: 0 }), "Paused at step 1,200 of 1,720.");
  for (const status of ["running", "paused", "finished"]) {
    assert.match(deck.statusLine({ status, ...at, ruined: 900 }), /ruined: since step 900/);
  }
});

test("what a screen reader is told: the end at once and as the end, an epoch in between without haste", () => {
  const table = new deck.Table(1, COLUMNS);
  table.put(0, rows(0, 20));
  table.valid_accuracy[19] = 0.75;
  const state = { run: 1, number: 20, total: 20, left: null, ruined: null, awaited: 0 };
  const during = deck.announcement({ ...state, status: "running" }, table);
  assert.deepEqual([during.text, during.now], ["Training. Epoch 1, validation accuracy 75.0 %.", false]);
  const after = deck.announcement({ ...state, status: "finished" }, table);
  assert.deepEqual([after.text, after.now], ["Finished: all 20 steps. Epoch 1, validation accuracy 75.0 %.", true]);
  assert.notEqual(after.key, during.key);
  assert.equal(deck.announcement({ ...state, status: "finished" }, table).key, after.key);
  assert.ok(deck.announcement({ ...state, status: "running", ruined: 7 }, table).now);
});

test("the best accuracy does not stand alone where the run is ruined", () => {
  assert.equal(deck.bestOf({ best: 0.852, ruined: null, failed: 0 }), "85.2 %");
  assert.equal(deck.bestOf({ best: 0.852, ruined: 1204, failed: 0 }), "85.2 %, ruined at step 1,204");
  assert.equal(deck.bestOf({ best: 0.852, ruined: null, failed: 1 }), "85.2 %, then an error");
});

test("the rate slider has round steps, and finds the nearest to a typed rate", () => {
  assert.deepEqual(deck.RATES.slice(0, 4), [1e-5, 2e-5, 5e-5, 1e-4]);
  assert.deepEqual(deck.RATES.slice(-3), [2, 5, 10]);
  for (const rate of deck.RATES) assert.equal(deck.RATES[deck.placeOf(rate)], rate);
  assert.equal(deck.RATES[deck.placeOf(0.0009)], 0.001);
  assert.equal(deck.RATES[deck.placeOf(1e9)], 10);
});
