"""A check inside IPython: what a function displays, and the lines of a cell with pasted characters."""

import json
import subprocess
import sys
import textwrap

import pytest

SCRIPT = """
import json, sys
import matplotlib
matplotlib.use("Agg")
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session

sent = []

class Recorder(Session):
    def send(self, stream, message, *args, **keywords):
        sent.append(message)

shell = ZMQInteractiveShell.instance()
shell.display_pub.session = Recorder()
shell.user_ns["sent"] = sent
for cell in ["import numpy as np\\nfrom mlpkit.exercises import check", *json.load(sys.stdin)]:
    shell.run_cell(cell, store_history=True).raise_error()
"""


def run(*cells):
    cells = json.dumps([textwrap.dedent(cell).strip("\n") for cell in cells])
    done = subprocess.run([sys.executable, "-c", SCRIPT], input=cells, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()


def test_what_a_function_displays_is_shown_once():
    lines = run(
        """
        from IPython.display import display
        import matplotlib.pyplot as plt
        def softmax(logits):
            display("a text", logits.shape)
            plt.figure()
            plt.plot([1, 2])
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)
        """,
        """
        result = check("softmax", softmax)
        print(result.outcome, "|", result.printed.count("a text"), "|", "(5, 3)" in result.printed)
        print(len(sent), len(plt.get_fignums()))
        """,
    )
    assert lines[-2:] == ["passed | 1 | True", "0 0"]


def test_a_picture_that_a_function_displays_is_in_the_result_once():
    lines = run(
        """
        from IPython.display import Image, display
        def softmax(logits):
            display(Image(b"\\x89PNG\\r\\n\\x1a\\n" + bytes(20), format="png"))
            return logits
        """,
        """
        result = check("softmax", softmax)
        page = result._repr_mimebundle_()["text/html"]
        print(len(result.pictures), page.count("data:image/png;base64,iVBOR"), len(sent))
        """,
    )
    assert lines[-1] == "1 1 0"


OTHERS = ["\u2029", "\x0b", "\x85", "\x1c"]


@pytest.mark.parametrize(
    "character", ["\u2028", "\x0c", *(pytest.param(c, marks=pytest.mark.slow) for c in OTHERS)], ids=ascii
)
def test_a_pasted_character_in_a_comment_moves_no_line(character):
    lines = run(
        """
        def softmax(logits):
            '''Turn each row of logits into probabilities.'''
            # pasted from a page@and its second line
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)
        def wrong(logits):
            # pasted@from a page
            return logits @ logits @ logits
        def blank(logits):
            # pasted@from a page
            return ...
        """.replace("@f", f"{character}f").replace("@a", f"{character}a"),
        """
        for function in (softmax, wrong, blank):
            result = check("softmax", function)
            print(result.outcome, "|", "return logits @ logits @ logits" in result.message)
        """,
    )
    assert lines[-3:] == ["passed | False", "incorrect | True", "not attempted | False"]
