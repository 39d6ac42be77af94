"""Every example on the page about shapes answers what the page says."""

import doctest
import re

import numpy as np

SPACES = doctest.NORMALIZE_WHITESPACE  # one of NumPy's errors ends in a space


def _without_fences(text):
    """The page as a doctest: a code fence ends an expected output just as a blank line does."""
    return re.sub(r"^```.*$", "", text, flags=re.MULTILINE)


def test_every_example_answers_what_the_page_says(root):
    text = _without_fences((root / "lessons" / "shapes.md").read_text("utf-8"))
    page = doctest.DocTestParser().get_doctest(text, {"np": np}, "shapes.md", "shapes.md", 0)
    told = []
    result = doctest.DocTestRunner(verbose=False, optionflags=SPACES).run(page, out=told.append)
    assert result.attempted > 35
    assert not result.failed, "".join(told)


def test_a_wrong_answer_on_the_page_would_be_noticed():
    page = doctest.DocTestParser().get_doctest("```python\n>>> 1 + 1\n3\n```", {}, "page", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(page, out=[].append).failed == 1
