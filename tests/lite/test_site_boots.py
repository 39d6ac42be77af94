"""The built site in a real browser, with npm's Pyodide and no NumPy: kernel, files, nothing from elsewhere.

It needs the extra `lite`, npm, and a chromium.
"""

import pytest

from tests.lite.tab_page import (
    ADD_CELL,
    NOTEBOOK_READY,
    RUN,
    build_small,
    open_tab,
    skip_where_it_cannot_be_built,
)

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(900)]

# mlpkit without what imports NumPy
PARTS = """
import asyncio, importlib, sys, types, importlib.util
root = importlib.util.find_spec("mlpkit").submodule_search_locations[0]
for name, folder in (("mlpkit", ""), ("mlpkit.widgets", "/widgets"), ("mlpkit.figures", "/figures")):
    package = types.ModuleType(name)
    package.__path__ = [root + folder]
    sys.modules[name] = package
"""
# The door alone: the page answers as soon as its name is printed.
DOOR = """
from mlpkit.widgets.side_door import open_door
class Asked: pass
asked, heard = Asked(), asyncio.get_running_loop().create_future()
print(open_door(asked, lambda there, content: heard.set_result((there is asked, content))), flush=True)
print(await asyncio.wait_for(heard, 60))
"""
LATE = """
from mlpkit.figures import late
print(importlib.util.find_spec("matplotlib"))
late.install()
drawing = importlib.import_module("matplotlib")  # the kernel must not see it before it runs the cell
print(drawing.max_threads())
"""

COMPLETE = """async code => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    return (await kernel.requestComplete({code, cursor_pos: code.length})).content.matches.join(" ");
}"""
OLDER_EDITION = """() => {
    const noted = JSON.parse(localStorage.getItem("mlpkit-lessons"));
    localStorage.setItem("mlpkit-lessons", JSON.stringify({...noted, "00_start_here.ipynb": "another"}));
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    skip_where_it_cannot_be_built()
    return build_small(tmp_path_factory.mktemp("site"))


@pytest.fixture
def page(site):
    with open_tab(site) as page:
        yield page


def test_a_tab_has_the_lessons_the_package_and_a_drive(page):
    run = lambda code: page.evaluate(RUN, code)  # noqa: E731
    assert run("import sys, os; print(sys.platform, os.getcwd())") == "emscripten /drive\n"
    assert "00_start_here.ipynb" in run("print(os.listdir('.'))")
    assert run("import ipywidgets, anywidget; print('widgets')") == "widgets\n"
    assert "setrecursionlimit" in page.evaluate(COMPLETE, "sys.setrec")
    # mlpkit itself comes with its import, and stops where NumPy is missing from this small Pyodide
    assert run("import mlpkit") == "No module named 'numpy'"
    assert run("import importlib.util as i; print(i.find_spec('mlpkit.datasets.site') is not None)")
    name, _, answer = run(PARTS + DOOR).partition("\n")
    assert name.startswith("mlpkit-")
    assert answer == "(True, {'do': 'pause', 'value': [1, 2.5]})\n"
    run("os.makedirs('my_mlpkit'); open('my_mlpkit/relu.py', 'w').write('# mine')")
    page.reload()
    page.wait_for_function(NOTEBOOK_READY)
    assert run("print(open('my_mlpkit/relu.py').read())") == "# mine\n"


def test_what_draws_comes_in_the_middle_of_a_cell_with_its_shared_objects(page):
    assert page.evaluate(RUN, PARTS + LATE) == "None\n1\n"
    assert page.locator("link[rel=prefetch][href*='pyodide/matplotlib-']").count() == 1
    loaded = (
        "import matplotlib, pyodide_js\nprint(pyodide_js.loadedPackages.matplotlib, matplotlib is drawing)"
    )
    assert page.evaluate(RUN, loaded) == "default channel True\n"


def test_a_new_edition_is_seen_and_a_saved_lesson_stays_beside_it(page):
    page.evaluate(ADD_CELL, [0, "# mine"])
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.evaluate(OLDER_EDITION)
    page.reload()
    page.wait_for_function(NOTEBOOK_READY)
    first = "() => jupyterapp.shell.currentWidget.content.model.sharedModel.cells[0].source"
    assert page.evaluate(first).startswith("# 00")
    page.evaluate(
        "() => jupyterapp.commands.execute('docmanager:open', {path: '00_start_here (yours).ipynb'})"
    )
    page.wait_for_function("() => jupyterapp.shell.currentWidget?.title.label.includes('yours')")
    page.wait_for_function("() => jupyterapp.shell.currentWidget.content.model?.sharedModel.cells.length > 3")
    assert page.evaluate(first) == "# mine"
