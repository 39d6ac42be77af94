"""The forward pass: every layer multiplies by its weights, adds its bias and applies the activation.

It keeps what each layer computed, because the backward pass needs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ._product import matmul
from ._validation import check_activation, check_images
from .activations import Activation, relu
from .params import Params, as_params

CHUNK = 1_000  # images that `predict` sends through at once: enough for speed, little memory


class ForwardPass(NamedTuple):
    """What a forward pass computed.

    preactivations: one (batch, fan_out) array a layer, z = inputs @ weights + bias
    activations: one (batch, fan_in) array a layer, what entered it; the first holds the scaled images

    >>> params = as_params([(np.ones((3, 2)), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))])
    >>> result = forward(params, [[1.0, 2.0, 3.0]])
    >>> [a.tolist() for a in result.activations], result.logits.tolist()
    ([[[1.0, 2.0, 3.0]], [[6.0, 6.0]]], [[12.0]])
    """

    preactivations: list[np.ndarray]
    activations: list[np.ndarray]

    @property
    def logits(self) -> np.ndarray:
        """(batch, classes), the last preactivations: no activation is applied to them."""
        return self.preactivations[-1]


def forward(params: Params | Iterable, images: np.ndarray, activation: Activation = relu) -> ForwardPass:
    """Send a batch of images through the network.

        z_1 = x W_1 + b_1,   a_1 = f(z_1),   z_2 = a_1 W_2 + b_2,   ...,   logits = z_L

    params: Params, or any sequence of (weights, bias)
    images: (batch, fan_in), uint8 (scaled here by 1/255) or float (used as it is)
    activation: between the layers, never after the last
    returns: ForwardPass
    raises: ValueError or TypeError when the images do not fit the network or are not finite

    >>> params = [(np.ones((3, 2)), np.zeros(2))]
    >>> forward(params, np.array([[1.0, 2.0, 3.0]])).logits.tolist()
    [[6.0, 6.0]]
    """
    params = as_params(params)
    inputs = as_inputs(images, params)
    check_activation(activation)
    preactivations: list[np.ndarray] = []
    activations: list[np.ndarray] = []
    with np.errstate(under="ignore"):  # a product too small for a float is 0
        for i, (weights, bias) in enumerate(params.layers):
            if i > 0:
                inputs = activation.function(preactivations[-1])  # (batch, fan_in)
            z = matmul(inputs, weights)  # inputs @ weights, (batch, fan_out)
            z += bias
            activations.append(inputs)
            preactivations.append(z)
    return ForwardPass(preactivations, activations)


def predict(params: Params | Iterable, images: np.ndarray, activation: Activation = relu) -> np.ndarray:
    """The most likely class of each image.

    params: Params, or any sequence of (weights, bias)
    images: (batch, fan_in) uint8 or float
    activation: the one that the network was trained with
    returns: labels (batch,) int
    raises: ValueError or TypeError when the images do not fit the network or are not finite

    >>> predict([(np.eye(3), np.zeros(3))], np.array([[0.1, 0.9, 0.2], [0.8, 0.3, 0.4]])).tolist()
    [1, 0]
    """
    params = as_params(params)
    images = np.asarray(images)
    chunks = [images[i : i + CHUNK] for i in range(0, len(images), CHUNK)] if images.ndim == 2 else [images]
    labels = [forward(params, chunk, activation).logits.argmax(axis=1) for chunk in chunks]
    return np.concatenate(labels) if labels else np.empty(0, np.intp)


def as_inputs(images: np.ndarray, params: Params) -> np.ndarray:
    """Images as the numbers that the first layer multiplies: uint8 becomes 0..1, floats stay as they are.

    images: (batch, fan_in) uint8 or float
    params: Params, whose dtype the result takes
    returns: (batch, fan_in) float
    raises: ValueError or TypeError, naming what does not fit

    >>> as_inputs(np.array([[0, 255]], np.uint8), as_params([(np.ones((2, 1)), np.zeros(1))])).tolist()
    [[0.0, 1.0]]
    """
    images = np.asarray(images)
    check_images(images, params)
    if images.dtype == np.uint8:
        inputs = images.astype(params.dtype)
        inputs *= 1 / 255
        return inputs
    if images.dtype == params.dtype:
        return images
    with np.errstate(under="ignore"):
        return images.astype(params.dtype)
