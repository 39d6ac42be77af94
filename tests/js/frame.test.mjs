import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const frame = await load("frame");

test("a dark page is told by its surface", () => {
  assert.deepEqual(["rgb(17, 17, 17)", "rgb(0, 0, 0)", "rgb(255, 255, 255)", "rgb(246, 246, 246)"].map(frame.isDark), [true, true, false, false]);
});

test("a widget with a side door asks through it, and not by the kernel's messages", async () => {
  const heard = new BroadcastChannel("a door of this test");
  const sent = [];
  const model = {
    get: () => ({ content: {}, buffers: [], door: "a door of this test" }),
    send: (message) => sent.push(message),
    on() {},
    off() {},
  };
  let store;
  const made = frame.widget({ build() {}, merge(state, change, all) { store = all; } })();
  const close = made.initialize({ model });
  const arrived = new Promise((resolve) => { heard.onmessage = ({ data }) => resolve(data); });
  store.ask("pause", { now: true });
  assert.deepEqual(await arrived, { do: "pause", value: { now: true }, number: [store.page, 1] });
  assert.deepEqual(sent, []);
  close();
  heard.close();
});

test("an answer that comes after something newer was asked is passed over, if the widget says so", () => {
  for (const [latest, seen] of [[true, "second"], [false, "first"]]) {
    const [sent, listeners] = [[], {}];
    const model = {
      get: () => ({ content: { shown: "nothing" }, buffers: [] }),
      send: (message) => sent.push(message),
      on: (name, listener) => { listeners[name] = listener; },
      off() {},
    };
    let store;
    const made = frame.widget({ build() {}, latest, merge(state, change, all) { store = all; Object.assign(state, change); } })();
    made.initialize({ model });
    store.ask("show", 1);
    store.ask("show", 2);
    listeners["msg:custom"]({ shown: "second", answers: sent[1].number }, []);
    listeners["msg:custom"]({ shown: "first", answers: sent[0].number }, []);
    assert.equal(store.state.shown, seen);
    listeners["msg:custom"]({ shown: "somebody else's", answers: ["another page", 1] }, []);
    assert.equal(store.state.shown, "somebody else's");
    listeners["msg:custom"]({ shown: "news" }, []);
    assert.equal(store.state.shown, "news");
    assert.ok(!("answers" in store.state));
  }
});
