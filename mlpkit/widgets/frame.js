// The frame that every widget stands in: what Python sends and is asked, when to draw, what is said aloud, and the
// end. Put after common.js and before each widget's own script.

/** Whether the reader asked for less motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const PLAIN = (event) => !(event.ctrlKey || event.metaKey || event.altKey) &&
  !["Escape", "Tab", "F1", "F6"].includes(event.key) && !(event.key === "Enter" && event.shiftKey);

/**
 * The default export of every widget's script.
 *   build(view) -> { draw(state) }   elements once, then drawing; both per view
 *   merge(state, change, store)      how a message changes the state; replaces by name unless told
 *   live: true                       tell Python when the widget comes into sight and leaves it
 *   latest: true                     pass over an answer when something newer has been asked meanwhile: it would
 *                                    take a reader who is faster than the kernel back to where they were
 */
export function widget({ build, merge = (state, change) => Object.assign(state, change), live = false, latest = false }) {
  return () => {
    const store = { state: {}, local: {}, views: new Set(), page: unique("page"), asked: 0, ask() {}, seen() {} };
    store.changed = () => store.views.forEach((view) => view.redraw());
    store.inSight = () => [...store.views].some((view) => view.visible);
    return {
      initialize({ model }) {
        const packed = model.get("_packed");
        merge(store.state, decode(packed.content, packed.buffers), store);
        const door = packed.door ? new BroadcastChannel(packed.door) : null; // in a browser tab: see side_door.py
        store.ask = (name, value = null) => {
          if (store.gone) return;
          const message = { do: name, value, number: [store.page, ++store.asked] };
          if (door) door.postMessage(message);
          else model.send(message);
        };
        let told = false;
        store.seen = () => {
          if (!live || told === store.inSight()) return;
          told = store.inSight();
          store.ask("watch", { page: store.page, on: told, have: store.state.have ?? 0 });
        };
        const receive = ({ answers: [page, number] = [], ...content }, buffers) => {
          if (latest && page === store.page && number < store.asked) return;
          merge(store.state, decode(content, buffers), store);
          store.changed();
        };
        model.on("msg:custom", receive);
        return () => {
          model.off("msg:custom", receive);
          door?.close();
        };
      },
      render({ model, el }) {
        const view = frame(el, store);
        // anywidget takes away the listener that would mark the element, but calls ours with the view as `this`.
        const gone = function () { if (this?.model?.comm_live === false) view.lost(); };
        model.on("comm_live_update", gone);
        view.cleanup(() => model.off("comm_live_update", gone));
        const built = build(view);
        view.paint = () => built.draw(store.state);
        view.begin();
        return () => view.end();
      },
    };
  };
}

/** Whether a colour, "rgb(17, 17, 17)" as the browser gives it, is a dark page's. */
export function isDark(color) {
  const [r, g, b] = (color.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
}

function frame(el, store) {
  const stop = new AbortController();
  const problem = h("p", { class: "mlp-problem", role: "alert", hidden: true });
  const live = h("p", { class: "mlp-hidden", "aria-live": "polite" });
  const body = h("div", { class: "mlp-body" });
  const probe = h("span", { class: "mlp-probe", hidden: true });
  const root = h("section", { class: "mlp", "aria-label": store.state.title ?? "" }, problem, body, live, probe);
  const tidy = [];
  const canvases = new Set();
  let [dirty, waiting, spoke, saying] = [true, 0, -Infinity, 0];
  const view = {
    root, body, store, visible: false, paint() {},
    get state() { return store.state; },
    get local() { return store.local; },
    ask: (name, value) => store.ask(name, value),
    cleanup: (fn) => tidy.push(fn),
    on: (target, type, fn, options = {}) => target.addEventListener(type, fn, { ...options, signal: stop.signal }),
    /** Facts for tests and style sheets: data-status="running". */
    mark(facts) {
      for (const [name, value] of Object.entries(facts)) {
        if (root.dataset[name] !== String(value)) root.dataset[name] = value;
      }
    },
    /** Draw soon: at most once a frame, and only while it can be seen. */
    redraw() {
      dirty = true;
      if (view.visible && !waiting) waiting = requestAnimationFrame(draw);
    },
    /** Tell a screen reader, at most every four seconds and always the latest; `now`: at once, what was said is over. */
    say(text, { now = false } = {}) {
      clearTimeout(saying);
      saying = setTimeout(() => { spoke = performance.now(); setText(live, text); },
        now ? 0 : Math.max(0, spoke + 4000 - performance.now()));
    },
    /** A canvas as wide as its place; draw(ctx, width, height, theme) in CSS pixels. `height`: number or function of the width. */
    canvas({ height, label, draw, ...attributes }) {
      const element = h("canvas", { class: "mlp-canvas", role: "img", "aria-label": label ?? "", ...attributes });
      const canvas = { element, paint() {
        const width = element.clientWidth;
        const tall = typeof height === "function" ? height(width) : height;
        if (!width) return;
        const ratio = window.devicePixelRatio || 1;
        const [w, t] = [Math.round(width * ratio), Math.round(tall * ratio)];
        if (element.width !== w || element.height !== t) {
          Object.assign(element, { width: w, height: t });
          element.style.height = `${tall}px`;
        }
        const ctx = element.getContext("2d");
        ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
        ctx.clearRect(0, 0, width, tall);
        draw(ctx, width, tall, view.theme());
      } };
      canvases.add(canvas);
      sizes.observe(element);
      return element;
    },
    /** The colours of the moment, from the style sheet. */
    theme() {
      if (!theme) {
        const get = (name) => { // as a colour that a canvas understands: in high contrast the sheet names the system's own
          probe.style.color = `var(--mlp-${name})`;
          return getComputedStyle(probe).color;
        };
        theme = Object.fromEntries(["ink", "muted", "grid", "surface", "accent", "good", "bad"].map((n) => [n, get(n)]));
        theme.series = [1, 2, 3, 4, 5, 6].map((n) => get(`series-${n}`));
        theme.dark = isDark(theme.surface);
        theme.forced = matchMedia("(forced-colors: active)").matches;
      }
      return theme;
    },
    /** The kernel has gone: say so, and let nothing pretend to work. */
    lost() {
      store.gone = true;
      view.mark({ connected: "no" });
      problem.hidden = false;
      setText(problem, "The kernel of this widget has stopped. Run the cell again to go on.");
      close();
    },
    begin() {
      el.append(root);
      view.mark({ connected: "yes" });
      if (store.gone) view.lost(); // JupyterLab may build a view anew after the kernel has gone
      store.views.add(view);
      sight.observe(root);
    },
    end() {
      stop.abort();
      for (const observer of [sight, sizes, themes]) observer.disconnect();
      cancelAnimationFrame(waiting);
      clearTimeout(saying);
      tidy.forEach((fn) => fn());
      store.views.delete(view);
      root.remove();
      store.seen();
    },
  };
  let theme = null;
  let inView = false;
  function draw() {
    waiting = 0;
    if (!dirty || !view.visible) return;
    if (!root.clientWidth) { // hidden for a moment, as while JupyterLab changes its theme: nobody will tell when it is over
      waiting = requestAnimationFrame(draw);
      return;
    }
    dirty = false;
    const said = store.state.problem ?? "";
    if (root.dataset.connected !== "no") {
      problem.hidden = !said;
      setText(problem, said);
    }
    view.paint();
    if (root.dataset.connected === "no") close(); // a widget draws its buttons as it knows them
    for (const canvas of canvases) {
      if (canvas.element.isConnected) canvas.paint();
      else canvases.delete(canvas);
    }
  }
  function close() {
    body.querySelectorAll("button, input, select").forEach((control) => { control.disabled = true; });
  }
  function look() {
    const now = inView && document.visibilityState === "visible";
    if (now === view.visible) return;
    view.visible = now;
    store.seen();
    if (now) view.redraw();
  }
  const sight = new IntersectionObserver((entries) => { inView = entries.at(-1).isIntersecting; look(); });
  const sizes = new ResizeObserver(() => view.redraw());
  const themes = new MutationObserver(() => { theme = null; view.redraw(); });
  themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"] });
  view.on(document, "visibilitychange", look);
  for (const query of ["(forced-colors: active)", "(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
    view.on(matchMedia(query), "change", () => { theme = null; view.redraw(); });
  }
  // JupyterLab would take arrow keys and letters for its own commands. Notebook 7 takes them on their way down,
  // before anybody but the window hears of them: for this key, it is told that the element wants none of that.
  view.on(root, "keydown", (event) => { if (PLAIN(event)) event.stopPropagation(); });
  view.on(window, "keydown", (event) => {
    if (root.contains(event.target)) event.target.toggleAttribute("data-lm-suppress-shortcuts", PLAIN(event));
  }, { capture: true });
  return view;
}
