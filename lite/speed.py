"""Seconds for a training epoch in Pyodide, with our product and with NumPy's own: run it inside Pyodide.

    node tests/lite/in_node.mjs FOLDER/pyodide.mjs lite/speed.py . FOLDER/numpy-*.whl

55,000 images of random numbers, 784-128-64-10 and batches of 64: the time does not depend on what is in them.
"""

import sys
import time

sys.path.insert(0, "/root")  # where in_node.mjs puts the checkout
import numpy as np

import mlpkit
from mlpkit.core import _fused, _product
from mlpkit.core.data import Examples

rng = np.random.default_rng(0)
data = Examples(rng.integers(0, 256, (55_000, 784), np.uint8), rng.integers(0, 10, 55_000))
print("product.wasm is", "refused" if _product.product is np.dot else "used")
for round_ in (1, 2):
    for name, optimizer in (("Adam", mlpkit.adam(0.001)), ("SGD", mlpkit.sgd(0.1))):
        for product in (_product.product, np.dot):
            _fused.product = product
            params = mlpkit.init_params([784, 128, 64, 10], rng=rng)
            began = time.perf_counter()
            for last in mlpkit.train(params, data, optimizer=optimizer, epochs=1, rng=rng):
                loss = last.loss
            seconds = time.perf_counter() - began
            whose = "NumPy" if product is np.dot else "ours"
            print(f"round {round_} {name:5}{whose:6}{seconds:6.2f} s, loss {loss:.6f}")
