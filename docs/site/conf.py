"""How Sphinx makes the reading edition; tools/site.py prepares what it reads.

No page may load anything from another host: MathJax comes along, and the fonts are the reader's own.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

import mlpkit

project = "mlpkit"
author = "the mlpkit authors"
version = mlpkit.__version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.mathjax"]
nb_execution_mode = "off"  # the outputs are those that are committed
highlight_language = "none"  # a drawing in a lesson is no Python
myst_enable_extensions = ["dollarmath"]
mathjax_path = "mathjax/tex-chtml.js"
mathjax4_config = {"options": {"enableMenu": False}}  # most of its entries need parts that do not come along

html_theme = "furo"
html_title = "mlpkit, to read"
html_favicon = "static/icon.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
templates_path = ["templates"]
html_use_index = False
html_copy_source = False
html_show_copyright = False

MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
NEEDED = ("tex-chtml.js", "input/tex/extensions/*", "output/chtml/fonts/woff-v2/*")  # 2 MB of 24


def bring_mathjax(app: Sphinx, problem: Exception | None) -> None:
    """Put MathJax and its fonts beside the pages."""
    for path in [path for pattern in NEEDED for path in MATHJAX.glob(pattern)]:
        target = Path(app.outdir, "_static", "mathjax", path.relative_to(MATHJAX))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def fold_optional_parts(app: Sphinx, document: nodes.document) -> None:
    """Close what a lesson marks as optional; a click opens it."""
    for part in document.findall(nodes.section):
        if "(optional, " in part[0].astext():
            begin = '<details class="optional"><summary>Show this part</summary>'
            part.insert(1, nodes.raw("", begin, format="html"))
            part.append(nodes.raw("", "</details>", format="html"))


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("doctree-read", fold_optional_parts)
    app.connect("build-finished", bring_mathjax)
