// Two buttons: one downloads the workbook as it is now, the other brings one in. Python does both.

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function download(name, content) {
  const url = URL.createObjectURL(new Blob([content], { type: "application/zip" }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export default {
  render({ model, el }) {
    const root = element("div", {});
    const out = element("button", { type: "button", textContent: "Download your workbook" });
    const label = element("label", { textContent: " Bring one in: " });
    const file = element("input", { type: "file", accept: ".zip" });
    const words = element("p", {});
    words.setAttribute("role", "status");
    label.append(file);
    root.append(out, label, words);
    // JupyterLab takes space and Enter for itself in command mode; here they press the button.
    const presses = (event) => [" ", "Enter"].includes(event.key) && !event.shiftKey;
    root.addEventListener("keydown", (event) => { if (presses(event)) event.stopPropagation(); });
    const claim = (event) => { // Notebook 7 takes them before anybody but the window hears of them
      if (root.contains(event.target)) event.target.toggleAttribute("data-lm-suppress-shortcuts", presses(event));
    };
    window.addEventListener("keydown", claim, true);
    out.addEventListener("click", () => model.send({ ask: "download" }));
    file.addEventListener("change", async () => {
      if (file.files.length) model.send({ ask: "import" }, undefined, [await file.files[0].arrayBuffer()]);
    });
    const told = (message, buffers) => {
      words.textContent = message.text;
      if (message.download) download(message.download, buffers[0]);
    };
    model.on("msg:custom", told);
    el.append(root);
    return () => {
      window.removeEventListener("keydown", claim, true);
      model.off("msg:custom", told);
    };
  },
};
