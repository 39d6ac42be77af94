// What the theme leaves to do: names for its two side columns, and a way by keyboard into what scrolls sideways.
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "Pages");
document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");

// A page opened from a folder may not read other pages, so a search there shows titles alone.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

function reachable() {
  for (const box of document.querySelectorAll("pre, div.math, .table-wrapper, .text_html")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

addEventListener("load", () => {
  reachable();
  addEventListener("resize", reachable);
  document.addEventListener("toggle", reachable, true); // something folded was opened
  window.MathJax?.startup?.promise?.then(reachable);
});
