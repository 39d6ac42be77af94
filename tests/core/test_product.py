"""The product in a training step: NumPy's own here, how a tab calls ours, and the binary itself in Node."""

import ctypes
import re
import shutil
import subprocess

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

from lite.product import BINARY, build
from mlpkit import evaluate, init_params, loss_and_grads, predict
from mlpkit.core import _fused, backprop, network
from mlpkit.core._product import CASES, is_right, quick_product

# The binary beside a plain product, in matrices of many shapes that lie in memory in many ways.
IN_NODE = """
const memory = new WebAssembly.Memory({ initial: 16 });
const module = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
const { product } = new WebAssembly.Instance(module, { env: { memory } }).exports;
const numbers = new Float32Array(memory.buffer);
let worst = 0, count = 0, outside = 0;
const shapes = [[64, 78, 24], [5, 7, 3], [1, 9, 10], [17, 33, 13], [4, 1, 8], [3, 0, 4], [8, 5, 1]];
for (const [rows, inner, columns] of shapes)
  for (const [row, column] of [[inner, 1], [1, rows], [2 * inner, 2], [-inner, 1]]) {
    numbers.fill(7);
    const a = 30000, b = 60000, out = 90000, gap = columns + 5; // a's rows may run backwards
    for (let i = 0; i < rows * inner * 4; i++) numbers[a - rows * inner + i] = Math.sin(i);
    for (let i = 0; i < inner * columns; i++) numbers[b + i] = Math.cos(3 * i);
    const bytes = [row, column, columns, gap].map((n) => 4 * n);
    product(4 * a, 4 * b, 4 * out, rows, columns, inner, ...bytes);
    for (let r = 0; r < rows; r++) for (let c = 0; c < gap; c++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += numbers[a + r * row + k * column] * numbers[b + k * columns + c];
      if (c < columns) worst = Math.max(worst, Math.abs(sum - numbers[out + r * gap + c])), count++;
      else outside += numbers[out + r * gap + c] !== 7;
    }
  }
console.log(worst, count, outside);
"""


def by_address(a, b, out, rows, columns, inner, *strides):
    """What product.wasm does, in NumPy."""

    def at(address, shape, strides):
        return as_strided(np.ctypeslib.as_array((ctypes.c_float * 1).from_address(address)), shape, strides)

    a_row, a_column, b_row, out_row = strides
    at(out, (rows, columns), (out_row, 4))[:] = at(a, (rows, inner), (a_row, a_column)).astype(float) @ at(
        b, (inner, columns), (b_row, 4)
    )


def test_numpys_own_products_are_taken_outside_a_tab():
    assert _fused.product is np.dot
    assert network.matmul is backprop.matmul is np.matmul


def test_a_forward_pass_takes_the_product_of_the_tab(monkeypatch):
    params = init_params([784, 30, 10], rng=np.random.default_rng(0))
    images = np.random.default_rng(1).integers(0, 256, (1_500, 784), np.uint8)
    expected = evaluate(params, images, np.zeros(1_500, int)), predict(params, images)
    shapes, quick = [], quick_product(by_address)

    def watched(a, b):
        shapes.append((a.shape, b.shape))
        return quick(a, b)

    monkeypatch.setattr(network, "matmul", watched)
    found = evaluate(params, images, np.zeros(1_500, int)), predict(params, images)
    assert found[0] == pytest.approx(expected[0], rel=1e-5)
    assert (found[1] == expected[1]).all()
    assert shapes == 2 * [
        (left, right)
        for rows in (1_000, 500)
        for left, right in (((rows, 784), (784, 30)), ((rows, 30), (30, 10)))
    ]


def test_the_clear_form_of_a_step_takes_it_too(monkeypatch):
    params = init_params([20, 9, 7, 4], rng=np.random.default_rng(0))
    images = np.random.default_rng(1).random((13, 20), np.float32)
    labels = np.arange(13) % 4
    expected = loss_and_grads(params, images, labels)
    count, quick = [], quick_product(by_address)

    def watched(*arguments, **more):
        count.append(1)
        return quick(*arguments, **more)

    for module in (network, backprop):
        monkeypatch.setattr(module, "matmul", watched)
    found = loss_and_grads(params, images, labels)
    assert found[0] == pytest.approx(expected[0], rel=1e-5)
    np.testing.assert_allclose(found[1].flat, expected[1].flat, rtol=1e-4, atol=1e-6)
    assert len(count) == 3 + 3 + 2  # forward; dW of three layers; da of two


def test_a_product_is_handed_over_as_it_lies_in_memory():
    assert is_right(quick_product(by_address))


@pytest.mark.parametrize(
    "wrong", [lambda a, b: np.dot(a, b) * 1.001, lambda a, b: np.zeros((len(a), b.shape[1]))]
)
def test_a_wrong_product_is_found_out(wrong):
    assert not is_right(wrong)


def test_the_result_goes_where_it_is_wanted():
    wanted = np.zeros((2, 4), np.float32)
    product = quick_product(by_address)
    assert product(np.ones((2, 3), np.float32), np.ones((3, 4), np.float32), wanted) is wanted
    assert (wanted == 3).all()


@pytest.mark.parametrize(
    "a, b",
    [
        (np.ones((2, 3)), np.ones((3, 4))),  # float64
        (np.ones((2, 3), np.float32), np.ones((3, 4))),
        (np.ones(3, np.float32), np.ones((3, 4), np.float32)),
    ],
)
def test_other_products_are_numpys(a, b):
    def refuse(*arguments):
        raise AssertionError("this is for float32 alone")

    found = quick_product(refuse)(a, b)
    assert found.dtype == np.dot(a, b).dtype
    np.testing.assert_array_equal(found, np.dot(a, b))


def test_what_does_not_fit_is_numpys_error():
    with pytest.raises(ValueError, match="not aligned"):
        quick_product(by_address)(np.ones((2, 3), np.float32), np.ones((4, 2), np.float32))


def test_the_binary_multiplies_as_it_should():
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    done = subprocess.run([node, "-e", IN_NODE, BINARY], capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    worst, count, outside = map(float, done.stdout.split())
    assert worst < 1e-4
    assert count == 4 * sum(rows * columns for rows, _, columns in [*CASES[1:], (64, 0, 24), (8, 0, 1)])
    assert outside == 0  # nothing is written beside the result


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is missing")
def test_the_binary_is_what_the_script_makes(tmp_path):
    assert build(tmp_path / "product.wasm").read_bytes() == BINARY.read_bytes()
    assert re.match(
        rb"\0asm\x01\0\0\0\0\x0f\x08dylink\.0", BINARY.read_bytes()
    )  # as Pyodide's loader wants it
