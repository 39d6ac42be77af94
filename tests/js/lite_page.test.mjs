import assert from "node:assert/strict";
import test from "node:test";
import { renamed } from "../../lite/page.mjs";

test("a saved lesson makes room for a newer edition, and only then", () => {
  const cases = [
    // before, now, saved, expected
    [{ "a.ipynb": 1 }, { "a.ipynb": 2 }, ["a.ipynb"], [["a.ipynb", "a (yours).ipynb"]]],
    [{ "a.ipynb": 1 }, { "a.ipynb": 1 }, ["a.ipynb"], []], // the same edition
    [{ "a.ipynb": 1 }, { "a.ipynb": 2 }, ["mine.ipynb"], []], // nothing was saved of it
    [{}, { "a.ipynb": 2 }, ["a.ipynb"], []], // nothing is known of an earlier visit
    [{ "a.ipynb": 1 }, {}, ["a.ipynb"], []], // the site has it no more
    [{ "a.ipynb": 2 }, { "a.ipynb": 3 }, ["a (yours).ipynb", "a.ipynb"], [["a.ipynb", "a (yours 2).ipynb"]]],
    [{ "a.b.ipynb": 2 }, { "a.b.ipynb": 3 }, ["a.b.ipynb"], [["a.b.ipynb", "a.b (yours).ipynb"]]],
  ];
  for (const [before, now, saved, expected] of cases) assert.deepEqual(renamed(before, now, saved), expected);
});
