"""Links between lessons, glossary and the page on shapes lead somewhere, and open as pages to read."""

import re
import shutil

import nbformat
import pytest

from tools import run

PAGES = {"glossary.md", "shapes.md", *(f"{name}.ipynb" for name in (path.stem for path in run.lessons([])))}


def links(path):
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join(
            cell.source for cell in nbformat.reads(text, 4).cells if cell.cell_type == "markdown"
        )
    return [where for where in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"https?:", where)]


def test_every_link_leads_to_a_page_of_the_course(root):
    """And to no place within one: headings have other names in JupyterLab than on GitHub."""
    paths = [*(root / "lessons").glob("*.ipynb"), *(root / "lessons").glob("*.md")]
    wrong = {path.name: [where for where in links(path) if where not in PAGES] for path in paths}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_every_lesson_links_the_glossary_and_the_page_on_shapes(root):
    for path in (root / "lessons").glob("*.ipynb"):
        assert {"glossary.md", "shapes.md"} <= set(links(path)), path.name


@pytest.mark.browser
def test_the_glossary_opens_as_a_page_to_read(root, open_notebook, lab):
    page = open_notebook(root / "lessons" / "01_data.ipynb", "01_data.ipynb")
    shutil.copy(root / "lessons" / "glossary.md", page.path.parent)
    page.locator("a[href*='glossary.md'], a:has-text('glossary')").first.click()
    table = lab.page.locator(".jp-MarkdownViewer table")
    table.wait_for(state="visible")
    assert table.locator("tr").count() > 100
    lab.js("() => { window.jupyterapp.shell.currentWidget.dispose(); }")
