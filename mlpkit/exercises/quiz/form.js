// Questions with a few choices each: native radio buttons, so keyboard and screen readers come free.
// One model holds all questions of a cell; the page only says what was chosen, Python keeps it.

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function radios(legend, choices, group) {
  const set = element("fieldset", "mlpkit-q-set");
  set.append(element("legend", "", legend));
  choices.forEach((choice, index) => {
    const label = element("label");
    const input = element("input");
    Object.assign(input, { type: "radio", name: group, value: String(index) });
    label.append(input, " ", choice);
    set.append(label);
  });
  return set;
}

const chosen = (set) => {
  const input = set && set.querySelector("input:checked");
  return input ? Number(input.value) : null;
};

let count = 0; // radio buttons of one question share a name, and no other question's

function question(model, item) {
  const box = element("form", "mlpkit-q");
  box.dataset.question = item.id;
  const group = `mlpkit-q-${++count}`;
  const choices = radios(item.question, item.choices, group);
  const sure = item.sure ? radios("How sure are you?", item.sure, `${group}-sure`) : null;
  const button = element("button", "", item.sure ? "Answer" : "Check");
  button.type = "submit";
  const words = element("p", "mlpkit-q-words");
  words.setAttribute("role", "status");
  box.append(choices);
  if (sure) box.append(sure);
  box.append(button, words);
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    const [choice, confidence] = [chosen(choices), chosen(sure)];
    if (choice === null || (sure && confidence === null)) {
      words.textContent = sure ? "Choose an answer and how sure you are." : "Choose an answer.";
      return;
    }
    const answers = { ...model.get("answers"), [item.id]: { choice, sure: confidence } };
    model.set("answers", answers);
    model.save_changes();
  });
  const draw = () => {
    const feedback = model.get("feedback")[item.id];
    box.dataset.status = feedback ? "done" : "open";
    if (!feedback) return;
    words.textContent = feedback.text;
    for (const [set, value] of [[choices, feedback.choice], [sure, feedback.sure]]) {
      if (!set) continue;
      set.disabled = feedback.locked;
      const input = set.querySelector(`input[value="${value}"]`);
      if (input) input.checked = true;
    }
    button.hidden = feedback.locked;
  };
  draw();
  model.on("change:feedback", draw);
  return { box, stop: () => model.off("change:feedback", draw) };
}

export default {
  render({ model, el }) {
    const root = element("div", "mlpkit-qs");
    // JupyterLab takes arrows, space and Enter for itself in command mode; plain keys belong to the form here.
    // Notebook 7 takes them before anybody but the window hears of them: frame.js does the same.
    const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey)
      && !["Escape", "Tab"].includes(event.key) && !(event.shiftKey && event.key === "Enter");
    const keep = (event) => { if (plain(event)) event.stopPropagation(); };
    const claim = (event) => {
      if (root.contains(event.target)) event.target.toggleAttribute("data-lm-suppress-shortcuts", plain(event));
    };
    root.addEventListener("keydown", keep);
    window.addEventListener("keydown", claim, true);
    const made = model.get("items").map((item) => question(model, item));
    root.append(...made.map(({ box }) => box));
    el.append(root);
    return () => {
      root.removeEventListener("keydown", keep);
      window.removeEventListener("keydown", claim, true);
      made.forEach(({ stop }) => stop());
    };
  },
};
