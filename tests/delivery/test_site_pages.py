"""The pages of the reading edition load nothing from another host, and can be read in any light and width.

Building them needs the extra `site`, so these tests are marked slow: `make test-rest` installs it.
"""

import os
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import nbformat
import pytest

from tests.browser import ARTIFACTS
from tests.widget_page import axe
from tools import site

pytestmark = pytest.mark.slow
LESSONS = site.lessons()
LOADS = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}


def code_cells(path):
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def pictures_of(path):
    outputs = [output for cell in code_cells(path) for output in cell.outputs]
    return [output.metadata["image/png"].alt for output in outputs if "image/png" in output.get("data", {})]


def is_folded(cell):
    folds = cell.metadata.get("jupyter", {})
    return bool(folds.get("source_hidden") or (folds.get("outputs_hidden") and cell.outputs))


class Page(HTMLParser):
    """What a page loads, links to and names."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.links, self.names, self.words, self.tags = [], [], set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        self.names.add(found.get("id"))
        if address := found.get(LOADS.get(tag)):
            self.loads.append(address)
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag == "img":
            self.words.append(found.get("alt"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the built site."""
    try:
        import myst_nb  # noqa: F401
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip("the reading edition needs the extra site: pip install -e '.[site]'")
    target = tmp_path_factory.mktemp("reading") / "site"
    assert site.build(target) == 0
    return target


@pytest.fixture(scope="module")
def pages(built):
    return {path.name: Page(path.read_text("utf-8")) for path in sorted(built.glob("*.html"))}


def test_every_lesson_is_a_page(pages):
    expected = {path.with_suffix(".html").name for path in [*LESSONS, *site.LESSONS.glob("*.md")]}
    assert set(pages) == expected | {"index.html", "search.html", "reference.html"}


def test_no_page_loads_anything_from_another_host(pages, built):
    for name, page in pages.items():
        own = [address for address in page.loads if not address.startswith(("data:image/png;base64,", "#"))]
        assert own, name
        for address in own:
            assert not urlsplit(address).scheme, f"{name}: {address}"
            assert (built / urlsplit(address).path).is_file(), f"{name}: {address}"
    sheets = sorted(built.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        foreign = re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^)\"']*)", sheet.read_text("utf-8"))
        assert foreign == [], sheet.name


def test_every_link_leads_somewhere(pages):
    for name, page in pages.items():
        for link in page.links:
            address = urlsplit(link)
            if address.scheme:
                continue
            assert not address.path or address.path in pages, f"{name}: {link}"
            if address.fragment:
                assert unquote(address.fragment) in pages[address.path or name].names, f"{name}: {link}"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_pictures_have_their_words_and_folds_are_closed(lesson, pages):
    page = pages[lesson.with_suffix(".html").name]
    assert [words for words in page.words if words] == page.words
    assert page.words == pictures_of(lesson)
    folds = [found for tag, found in page.tags if tag == "details" and "hide" in found.get("class", "")]
    assert len(folds) == sum(map(is_folded, code_cells(lesson))) > 0
    parts = [found for tag, found in page.tags if tag == "details" and found.get("class") == "optional"]
    assert len(parts) == lesson.read_text("utf-8").count("jp-MarkdownHeadingCollapsed") > 0
    assert not any("open" in found for tag, found in page.tags if tag == "details")


def test_headings_go_down_one_step_at_a_time(pages):
    for name, page in pages.items():
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(below - above <= 1 for above, below in zip(levels, levels[1:])), name


# ---- in a browser, without a network ----

MATHS = """() => ({
    formulas: document.querySelectorAll('.math').length,
    drawn: document.querySelectorAll('.math > mjx-container').length,
    spoken: document.querySelectorAll('.math mjx-assistive-mml math').length,
    wrong: document.querySelectorAll('mjx-merror, [data-mjx-error]').length,
    fonts: [...document.fonts].filter(f => f.family.startsWith('MJX') && f.status === 'loaded').length,
})"""


SIDEWAYS = "(element) => element.scrollWidth - element.clientWidth"


@pytest.fixture
def reader(lab, built):
    """Open pages of the site in a scheme and a width; none may ask for more than the site's own files."""
    opened, asked, complaints = [], [], []

    def refuse(route):
        asked.append(route.request.url)
        route.abort()

    def read(name, scheme="light", width=1280):
        page = lab.browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
        opened.append(page)
        page.route(re.compile(r"^(?!file:|data:)"), refuse)
        page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
        page.on("console", lambda note: complaints.append(note.text) if note.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((built / name).as_uri())
        page.wait_for_function("() => !window.MathJax || MathJax.startup?.promise")
        page.evaluate(
            "() => window.MathJax?.startup.promise.then(() => document.fonts.ready).then(() => null)"
        )
        return page

    yield read
    for page in opened:
        page.close()
    assert asked == []
    assert complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_lesson_can_be_read(scheme, reader):
    page = reader("05_backprop.html", scheme)
    maths = page.evaluate(MATHS)
    assert maths["formulas"] > 50
    assert maths["drawn"] == maths["spoken"] == maths["formulas"]
    assert maths["wrong"] == 0
    assert maths["fonts"] > 0
    shade = page.evaluate("() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (max(shade) < 60) if scheme == "dark" else (min(shade) > 200)
    picture = page.locator(".cell_output img:visible").first
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("(image) => image.complete && image.naturalWidth > 300")
    outcome = page.get_by_text("The answer is: about 83 %")
    answer = page.locator("details.hide").filter(has=outcome)
    assert not outcome.is_visible()
    answer.locator("summary").click()
    assert outcome.is_visible()
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"site-05-{scheme}.png")
    assert axe(SimpleNamespace(page=page), page.locator("html")) == []


@pytest.mark.browser
@pytest.mark.parametrize("name", ["index.html", "glossary.html", "search.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_other_pages(name, scheme, reader):
    page = reader(name, scheme)
    assert axe(SimpleNamespace(page=page), page.locator("html")) == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 800], ids=["telephone", "tablet"])
def test_no_page_scrolls_sideways(width, reader, pages):
    """Code, formulas and tables may, each by itself."""
    for name in pages:
        page = reader(name, width=width)
        sideways = page.locator("html, body, .content").evaluate_all(f"(all) => all.map({SIDEWAYS})")
        assert sideways == [0, 0, 0], name
        page.locator("article").evaluate("(article) => { article.style.minWidth = '1500px'; }")
        sideways = page.locator("html, .content").evaluate_all(f"(all) => all.map({SIDEWAYS})")
        assert max(sideways) > 500, "it would not have been noticed"
        page.close()


@pytest.mark.browser
def test_search_works_from_a_folder(reader):
    page = reader("index.html")
    page.locator(".sidebar-search").fill("cross-entropy")
    page.locator(".sidebar-search").press("Enter")
    page.wait_for_url("**/search.html?*")
    page.locator("#search-results li a").first.wait_for()
    page.get_by_text("Search finished").wait_for()
    found = page.locator("#search-results li a").all_inner_texts()
    assert {"04 · Softmax and cross-entropy", "Glossary"} <= set(found)
