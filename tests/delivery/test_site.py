"""The reading edition says what the lessons say, and gives nothing away.

What it is made of is tested here; the built pages in test_site_pages.py.
"""

import re
import tomllib

import nbformat
import pytest

from tests.notebooks import ROOT
from tools import reference, site

LESSONS = site.lessons()


def test_the_contents_page_says_of_each_lesson_what_it_says_of_itself():
    parts = re.split(r"^## ", site.contents(map(site.about, LESSONS)), flags=re.MULTILINE)[1:]
    assert len(parts) == len(LESSONS)
    for part, path in zip(parts, LESSONS):
        top = nbformat.read(path, 4).cells[0].source
        title, time, *rest = [line for line in part.splitlines() if line]
        assert title == f"[{top.splitlines()[0].removeprefix('# ')}]({path.name})"
        assert re.search(r"\d minutes · you need ", time)
        goals = [line for line in rest if line.startswith("* ")]
        assert goals == [line for line in top.splitlines() if line.startswith("* ")]
        assert len(goals) >= 3
        assert all(line in top.splitlines() for line in [time, *rest])


def test_nothing_on_the_contents_page_is_typed_twice():
    typed = (site.SETTINGS / "index.md").read_text("utf-8")
    assert "{lessons}" in typed
    assert ".ipynb" not in typed
    assert not re.search(r"\d+ min", typed)


@pytest.mark.parametrize(
    "live, address", [(True, "lite/lab/index.html?path=00_start_here.ipynb"), (False, "00_start_here.html")]
)
def test_the_first_page_has_one_button(live, address, tmp_path):
    site.prepare(tmp_path, live)
    text = (tmp_path / "index.md").read_text("utf-8")
    assert re.findall(r'class="start" href="([^"]*)"', text) == [address]
    assert f'src="{site.DECK.name}"' in text
    assert not re.search(r"\{(start|picture|lessons)\}", text)


def test_the_readme_leads_to_the_page_that_the_button_opens():
    (button,) = re.findall(r'href="([^"]*)"', site.start(live=True))
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"]({site.PAGES}{button})" in readme
    assert (
        tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Homepage"]
        == site.PAGES
    )
    owner, name = site.REPOSITORY.split("/")
    assert f"https://{owner}.github.io/{name}/" == site.PAGES


@pytest.mark.parametrize("live", [True, False])
def test_a_lessons_page_says_where_it_can_be_run(live):
    text = site.ways_to_open("03_forward.ipynb", live)
    assert ('href="lite/lab/index.html?path=03_forward.ipynb"' in text) == live
    addresses = re.findall(r"\((https://[^)]*)\)", text)
    assert [address.split("/")[2] for address in addresses] == ["mybinder.org", "colab.research.google.com"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["urls"]["Repository"] == f"https://github.com/{site.REPOSITORY}"
    for address in addresses:
        assert f"v{project['version']}" in address
        assert address.endswith("lessons/03_forward.ipynb")


def test_a_new_lesson_is_taken_in_and_other_notebooks_are_not(tmp_path):
    for name in ("12_more.ipynb", "Untitled.ipynb"):
        notebook = nbformat.read(LESSONS[0], 4)
        nbformat.write(notebook, tmp_path / name)
    assert [path.name for path in site.lessons(tmp_path)] == ["12_more.ipynb"]


@pytest.mark.parametrize("top", ["# Title", "# 12 · More\n\n*15 minutes · you need more*\n\nNo goals."])
def test_a_lesson_that_does_not_say_its_goals_is_refused(top, tmp_path):
    cells = [nbformat.v4.new_markdown_cell(top)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "12_more.ipynb")
    with pytest.raises(ValueError, match=r"12_more\.ipynb begins with .*# .*expected a title.*See the"):
        site.about(tmp_path / "12_more.ipynb")


def test_links_within_the_site_stay_and_others_become_plain_text():
    pages = {"02_init.ipynb", "glossary.md"}
    text = "[a](02_init.ipynb#x), [b](glossary.md), [c](../README.md), [d](https://x.org/y.md), `z[0](x)`"
    expected = "[a](02_init.ipynb#x), [b](glossary.md), c, [d](https://x.org/y.md), `z[0](x)`"
    assert site.within(text, pages) == expected


def test_every_link_of_a_lesson_leads_to_a_file():
    paths = [*LESSONS, *site.LESSONS.glob("*.md")]
    found = {link[2] for path in paths for link in site.LINK.finditer(path.read_text("utf-8"))}
    assert len(found) > 8
    assert [name for name in found if not (site.LESSONS / name).exists()] == []


@pytest.mark.parametrize(
    ("source_hidden", "outputs_hidden", "tags"),
    [(True, True, ["hide-cell"]), (True, False, ["hide-input"]), (False, True, ["hide-output"])],
)
def test_what_is_folded_in_the_notebook_is_closed_on_the_page(source_hidden, outputs_hidden, tags):
    cell = nbformat.v4.new_code_cell("1")
    cell.metadata.jupyter = {"source_hidden": source_hidden, "outputs_hidden": outputs_hidden}
    site.fold(cell)
    assert cell.metadata.tags == tags
    assert cell.metadata.mystnb["code_prompt_show"].startswith("Show the " if source_hidden else "Show what")


def test_a_page_does_not_say_how_jupyterlab_opens_a_part():
    heading = nbformat.v4.new_markdown_cell(f"### More (optional, 2 min)\n\n{site.HOW_TO_OPEN}")
    (cell,) = site.as_page(nbformat.v4.new_notebook(cells=[heading]), set()).cells
    assert cell.source.strip() == "### More (optional, 2 min)"


def test_an_open_cell_stays_open():
    cell = nbformat.v4.new_code_cell("1")
    site.fold(cell)
    assert cell.metadata == {}


def test_a_picture_keeps_its_words_and_records_are_left_out():
    data = {"image/png": "ab\ncd\n", "text/plain": "x", "application/vnd.mlpkit.check+json": {}}
    output = nbformat.v4.new_output("display_data", data, metadata={"image/png": {"alt": 'p < "q"'}})
    cells = [nbformat.v4.new_code_cell("1", outputs=[output])]
    (cell,) = site.as_page(nbformat.v4.new_notebook(cells=cells), set()).cells
    assert set(cell.outputs[0].data) == {"image/png", "text/plain", "text/html"}
    picture = '<img alt="p &lt; &quot;q&quot;" src="data:image/png;base64,abcd">'
    assert cell.outputs[0].data["text/html"] == picture


def test_the_pages_are_published_as_they_are_built():
    workflow = (ROOT / ".github" / "workflows" / "site.yml").read_text("utf-8")
    assert "run: make site" in workflow
    assert f"path: {site.SITE.relative_to(ROOT).as_posix()}" in workflow


def test_the_reference_has_every_public_name_of_the_front_door_with_its_docstring():
    page = reference.page()
    names = {name for _, found in reference.core() for name in found}
    assert {"train", "Params", "relu", "cross_entropy", "adam", "History"} <= names
    for name in names:
        assert f"\n### {name}\n" in page
    assert "### train" in page
    assert "number of passes" in page or "epochs: int" in page
    assert "### TrainingDeck" in page


def test_an_entry_keeps_the_docstring_as_it_stands():
    def double(x: float) -> float:
        """Twice a number.

        x: float
        returns: float
        """

    assert reference.entry("double", double) == (
        "### double\n\n```python\ndouble(x: 'float') -> 'float'\n```\n\nTwice a number.\n\n"
        "```text\nx: float\nreturns: float\n```"
    ).replace("'", "")
