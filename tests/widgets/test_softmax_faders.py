"""The softmax faders without a browser: the script's arithmetic is mlpkit's, and what is refused."""

import json
import os
import shutil
import subprocess

import numpy as np
import pytest

from mlpkit import cross_entropy, cross_entropy_grad, log_softmax, softmax
from mlpkit.core.gradcheck import numerical_gradient
from mlpkit.widgets import SoftmaxFaders
from tests.widget_page import NODE_FOLDER

COMPUTE = """
import { load } from "./load.mjs";
const { softmax, logSoftmax, gradient } = await load("softmax_faders");
let text = "";
for await (const part of process.stdin) text += part;
const answers = JSON.parse(text).map(({ logits, label }) => {
  const p = softmax(logits);
  return { p, log: logSoftmax(logits), push: gradient(p, label) };
});
console.log(JSON.stringify(answers));
"""


def by_the_script(cases):
    node = shutil.which("node")
    if node is None:
        message = "node is not installed; Debian and Ubuntu: apt-get install nodejs"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    command = [node, "--input-type=module", "--eval", COMPUTE]
    asked = json.dumps([{"logits": logits.tolist(), "label": label} for logits, label in cases])
    done = subprocess.run(command, cwd=NODE_FOLDER, input=asked, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_script_computes_what_mlpkit_computes():
    rng = np.random.default_rng(0)
    rows = [rng.normal(0, size, rng.integers(2, 26)) for size in (0.1, 1, 3, 30, 300) for _ in range(40)]
    rows += [row + shift for row in rows[:40] for shift in (1000, -1000, 1e6)]
    rows += [np.zeros(10), np.array([0.0, 5000.0]), np.array([-1e300, 1e300])]
    cases = [(row, int(rng.integers(len(row)))) for row in rows]
    for (logits, label), answer in zip(cases, by_the_script(cases), strict=True):
        batch, labels = logits[None], np.array([label])
        expected = {
            "p": softmax(batch)[0],
            "log": log_softmax(batch)[0],
            "push": cross_entropy_grad(batch, labels)[0],
        }
        for name, values in expected.items():
            np.testing.assert_allclose(answer[name], values, rtol=1e-9, atol=1e-9, err_msg=name)
        assert -answer["log"][label] == pytest.approx(cross_entropy(batch, labels), abs=1e-6)


def test_one_line_is_enough():
    faders = SoftmaxFaders()
    assert faders.logits.shape == (10,)
    assert faders.label == np.argsort(faders.logits)[-2]
    assert SoftmaxFaders(class_names=["a", "b", "c"]).pack()["names"] == ["a", "b", "c"]
    assert SoftmaxFaders(logits=np.float32([1, 2, 3]), label=np.int64(1)).label == 1


def test_logits_travel_in_double_precision():
    assert SoftmaxFaders([0.1, 1 / 3]).pack()["logits"] == [0.1, 1 / 3]


def test_python_knows_what_the_page_has_done():
    faders = SoftmaxFaders([0.0, 1.0, 2.0], label=0)
    faders.on_set({"logits": [1, 2, 3], "label": 2, "temperature": 99, "shifted": True})
    assert faders.logits.tolist() == [1001, 1002, 1003]
    assert (faders.label, faders.temperature) == (2, 10)
    packed = faders.pack()
    assert packed["logits"] == [1, 2, 3]
    assert packed["start"] == [0, 1, 2]
    faders._act("set", {"logits": [1, 2], "label": 2, "temperature": 1, "shifted": False})
    assert "expected 3 finite ones" in faders._problem
    assert faders.logits.tolist() == [1001, 1002, 1003]


def test_the_sentence_and_the_picture():
    faders = SoftmaxFaders(np.zeros(4), label=1, class_names=["a", "b", "c", "d"])
    assert repr(faders) == (
        "Softmax faders: True class b: p ≈ 25.0 %, loss ≈ 1.39. "
        "The gradient p − y is ≈ -0.750 there and p everywhere else: its sum is 0."
    )
    logits, p, push = faders.figure().child_axes
    assert [bar.get_width() for bar in p.patches] == [0.25] * 4
    assert [bar.get_width() for bar in push.patches] == [0.25, -0.75, 0.25, 0.25]
    assert [bar.get_width() for bar in logits.patches] == [0] * 4
    faders.on_set({"logits": [0, 2, 0, 0], "label": 1, "temperature": 2, "shifted": True})
    assert "loss ≈ 0.744" in repr(faders)  # log(3 + e) - 1


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0, 10.0])
def test_the_gradient_in_the_picture_is_the_slope_of_the_loss(temperature):
    logits, label = np.array([1.2, -0.8, 3.1, 0.4]), 2
    faders = SoftmaxFaders(logits, label, temperature=temperature)
    slopes = numerical_gradient(lambda z: float(cross_entropy(z[None] / temperature, [label])), logits)
    shown = [bar.get_width() for bar in faders.figure().child_axes[2].patches]
    np.testing.assert_allclose(shown, slopes, atol=1e-6)
    assert [bar.get_width() for bar in faders.figure().child_axes[0].patches] == logits.tolist()
    assert f"(p − y) / {temperature:g}" in repr(faders)


@pytest.mark.parametrize(
    "arguments, error, says",
    [
        ({"logits": [1.0]}, ValueError, "(1,)"),
        ({"logits": np.zeros((2, 10))}, ValueError, "logits[0]"),
        ({"logits": [1.0, np.nan]}, ValueError, "finite"),
        ({"logits": ["a", "b"]}, TypeError, "numbers"),
        ({"logits": 3}, TypeError, "numbers"),
        ({"logits": [1.0, 2.0], "class_names": ["a"]}, ValueError, "1 class names for 2"),
        ({"label": 10}, ValueError, "0 to 9"),
        ({"label": 1.5}, TypeError, "class number"),
        ({"temperature": 0}, ValueError, "0.1 to 10"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, error, says):
    with pytest.raises(error) as raised:
        SoftmaxFaders(**arguments)
    assert says in str(raised.value)
