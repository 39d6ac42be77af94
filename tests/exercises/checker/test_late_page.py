"""What the page says while one long call into C stops everything in Python: seen in a real JupyterLab."""

import pytest

from tests.notebooks import notebook

pytestmark = pytest.mark.browser

IMPORTS = "import ctypes\nimport numpy as np\nfrom mlpkit.exercises import exercise"
QUICK = "@exercise\ndef relu(z):\n    return np.maximum(z, 0)"
# ctypes.PyDLL keeps all other threads from running meanwhile, as `sum(range(10**12))` does
LONG = """calls = []
@exercise
def relu(z):
    if not calls:
        calls.append(ctypes.PyDLL(None).sleep(10))
    return np.maximum(z, 0)"""


def test_a_check_that_stands_still_says_so_before_it_ends(open_notebook):
    page = open_notebook(notebook(IMPORTS, QUICK, LONG))
    page.run(0)
    page.run(1)
    page.start(2)
    page.locator(".mlpkit-late").wait_for(state="visible", timeout=60_000)
    page.lab.screenshot("a-late-check")
    page.wait_until_idle()

    assert page.locator(".mlpkit-late").count() == 0
    for index in (1, 2):
        results = [output["data"] for output in page.outputs()[index] if "data" in output]
        assert ["relu: " in result["text/plain"] for result in results] == [True]
        assert "mlpkit-late" not in str(results)
