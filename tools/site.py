"""The reading edition: every lesson as it was executed, as a page, and a contents page before them.

Nothing is run and nothing is typed twice: what a lesson says of itself at its top is what the contents page
says of it. `make site` builds all of it into build/site.
"""

import html
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat
from PIL import Image

import mlpkit

from . import reference

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "lessons"
SETTINGS = ROOT / "docs" / "site"
SITE = ROOT / "build" / "site"
DECK = ROOT / "docs" / "training_deck.webp"
STILL = "training_deck_still.webp"  # for readers who asked for less motion
LITE = ROOT / "build" / "lite"  # what `make lite` has built; the site takes it in
REPOSITORY = "mlpkit/mlpkit"  # on GitHub
PAGES = "https://mlpkit.github.io/mlpkit/"  # where .github/workflows/site.yml publishes the site

# how a lesson begins: its title, minutes and what it needs, a few words, and a list of goals
TOP = re.compile(
    r"# (?P<title>[^\n]+)\n\n\*(?P<minutes>[^·\n]*(?:minutes|hours)) · (?P<needs>[^\n]+)\*\n"
    r".*?\n(?P<lead>[^\n]+)\n\n(?P<goals>(?:\* [^\n]+\n?(?:  [^\n]+\n?)*)+)",
    re.DOTALL,
)
LINK = re.compile(r"\[([^\]]+)\]\(([^)#:\s]+\.(?:ipynb|md|py|toml|yml))(#[^)\s]*)?\)")
# what is folded in the notebook, source and outputs, is closed on the page: its tag, and what to click
FOLDED = {
    (True, True): ("hide-cell", "Show the answer"),
    (True, False): ("hide-input", "Show the code"),
    (False, True): ("hide-output", "Show what comes out"),
}


# how to open a folded part in JupyterLab; its page has a fold of its own, made in docs/site/conf.py
HOW_TO_OPEN = (
    '*To open this part in JupyterLab, click "cells hidden" below. To leave it out, click the next heading.*'
)


class About(NamedTuple):
    """What a lesson says of itself, in its own Markdown."""

    name: str
    title: str
    minutes: str
    needs: str
    lead: str
    goals: str


def lessons(folder=LESSONS):
    """The notebooks that become pages, in order."""
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def about(path):
    """What a lesson says of itself in its first cell."""
    first = nbformat.read(path, 4).cells[0].source
    found = TOP.match(first)
    if not found:
        raise ValueError(
            f"{path.name} begins with {first[:60]!r}; expected a title, '*N minutes · you need ...*' and, "
            "after 'When you are through, you can', a list of goals. See the top of 00_start_here.ipynb"
        )
    return About(path.name, **{name: text.strip() for name, text in found.groupdict().items()})


def ways_to_open(name, live):
    """Where a lesson can be run, as one line of Markdown for its page.

    live: whether the site holds the course for a browser tab too
    """
    lesson = f"{REPOSITORY}/v{mlpkit.__version__}"
    ways = [
        f'<a href="lite/lab/index.html?path={name}">Open it live in this tab</a>' * live,
        f"[on Binder](https://mybinder.org/v2/gh/{lesson}?urlpath=lab/tree/lessons/{name})",
        f"[in Colab](https://colab.research.google.com/github/{REPOSITORY}/blob/v{mlpkit.__version__}/lessons/{name})",
    ]
    return "To run it: " + ", ".join(filter(None, ways)) + "."


def picture():
    """The training deck at work, as HTML for the first page."""
    words = "The training deck: loss and accuracy while a network learns, and its answers to sixteen images"
    still = f'<source srcset="{STILL}" media="(prefers-reduced-motion: reduce)">'
    moving = f'<img alt="{words}" src="{DECK.name}" width="880" height="833">'
    return f'<picture class="deck">{still}{moving}</picture>'


def start(live):
    """The button of the first page, as HTML: begin in this tab, or read the first lesson.

    live: whether the site holds the course for a browser tab too
    """
    if not live:
        return '<p><a class="start" href="00_start_here.html">Read the first lesson</a></p>'
    said = "Nothing is installed. Python runs in this tab, and what you write stays in this browser."
    address = "lite/lab/index.html?path=00_start_here.ipynb"
    return f'<p><a class="start" href="{address}">Start the first lesson in this tab</a></p>\n\n{said}'


def contents(abouts):
    """The part of the contents page that speaks of the lessons, in Markdown."""
    return "\n\n".join(
        f"## [{one.title}]({one.name})\n\n*{one.minutes} · {one.needs}*\n\n{one.lead}\n\n{one.goals}"
        for one in abouts
    )


def within(text, pages):
    """Markdown in which links that lead out of the site have become plain text."""
    return LINK.sub(lambda link: link[0] if link[2] in pages else link[1], text)


def as_page(notebook, pages):
    """A notebook as the site shows it: folds closed, pictures with their words, links within it."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = within(cell.source.removesuffix(HOW_TO_OPEN), pages)
        else:
            fold(cell)
            for output in cell.outputs:
                drop_records(output)
                describe_picture(output)
    notebook.metadata.setdefault("language_info", {})["pygments_lexer"] = "ipython3"
    return notebook


def fold(cell):
    """Close what is folded in the notebook: it would give something away."""
    folds = cell.metadata.get("jupyter", {})
    folded = (bool(folds.get("source_hidden")), bool(folds.get("outputs_hidden")))
    if folded in FOLDED:
        tag, prompt = FOLDED[folded]
        cell.metadata.tags = [*cell.metadata.get("tags", []), tag]
        cell.metadata.mystnb = {
            "code_prompt_show": prompt,
            "code_prompt_hide": prompt.replace("Show", "Hide"),
        }


def drop_records(output):
    """Leave out what is meant for programs alone."""
    for kind in [kind for kind in output.get("data", {}) if kind.endswith("+json")]:
        del output.data[kind]


def describe_picture(output):
    """Put a picture on the page with the words that stand for it; Sphinx alone would leave them out."""
    picture = output.get("data", {}).get("image/png")
    words = output.get("metadata", {}).get("image/png", {}).get("alt")
    if picture and words:
        source = "data:image/png;base64," + picture.replace("\n", "")
        output.data["text/html"] = f'<img alt="{html.escape(words)}" src="{source}">'


def prepare(folder, live=False):
    """Write what Sphinx reads into an empty folder: lessons, pages beside them, contents.

    live: whether the site will hold the course for a browser tab too
    """
    paths = lessons()
    texts = sorted(LESSONS.glob("*.md"))
    pages = {path.name for path in [*paths, *texts]}
    for path in paths:
        notebook = as_page(nbformat.read(path, 4), pages)
        ways = nbformat.v4.new_markdown_cell(ways_to_open(path.name, live), id="ways")
        notebook.cells.insert(1, ways)
        nbformat.write(notebook, folder / path.name)
    for path in texts:
        (folder / path.name).write_text(within(path.read_text("utf-8"), pages), "utf-8")
    (folder / "reference.md").write_text(reference.page(), "utf-8")
    index = (SETTINGS / "index.md").read_text("utf-8")
    parts = {"{picture}": picture(), "{start}": start(live), "{lessons}": contents(map(about, paths))}
    for place, part in parts.items():
        index = index.replace(place, part)
    (folder / "index.md").write_text(index, "utf-8")


def build(target=SITE, lite=None):
    """Build the site; any warning of Sphinx's ends it with an error, after all of them have been told.

    lite: the folder of the course for a browser tab, to be taken in; None: the site has none
    """
    target = Path(target).resolve()
    source = target.with_name(target.name + "-source")
    for folder in (source, target):
        shutil.rmtree(folder, ignore_errors=True)
    source.mkdir(parents=True)
    prepare(source, lite is not None)
    folders = ["-c", str(SETTINGS), "-d", str(source / ".doctrees"), str(source), str(target)]
    strict = ["--fail-on-warning", "--keep-going", "--nitpicky", "--quiet"]
    failed = subprocess.run([sys.executable, "-m", "sphinx", *strict, *folders], cwd=ROOT).returncode
    if failed:
        return failed
    shutil.copyfile(DECK, target / DECK.name)
    with Image.open(DECK) as deck:
        deck.seek(deck.n_frames // 2)
        deck.save(target / STILL)
    if lite:
        shutil.copytree(lite, target / "lite")
    return failed


if __name__ == "__main__":
    try:
        failed = build(lite=LITE if LITE.is_dir() else None)
    except (OSError, ValueError) as problem:
        sys.exit(f"the site was not built: {problem}")
    print("the site was not built: see above" if failed else f"open {SITE / 'index.html'} in a browser")
    sys.exit(failed)
