"""The backward pass: the forward pass read in reverse, with the chain rule at every step.

It turns one gradient at the logits into a gradient for every weight and every bias.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ._product import matmul
from ._validation import is_number
from .activations import Activation, relu
from .losses import Loss, cross_entropy, cross_entropy_and_grad, cross_entropy_grad
from .network import ForwardPass, forward
from .params import Params, as_params


def backward(
    params: Params | Iterable, forward_pass: ForwardPass, dlogits: np.ndarray, activation: Activation = relu
) -> Params:
    """Gradients of the loss with respect to every parameter.

        dW = a^T dz,   db = sum of the rows of dz,   da = dz W^T,   dz of the layer below = da * f'(z)

    params: Params, or any sequence of (weights, bias); they are not changed
    forward_pass: what `forward` gave for the same params
    dlogits: (batch, classes), d loss / d logits
    activation: the one used in the forward pass
    returns: grads, Params of the same sizes
    raises: ValueError when dlogits do not fit the logits

    >>> params = as_params([(np.ones((3, 2)), np.zeros(2))])
    >>> grads = backward(params, forward(params, [[1.0, 2.0, 3.0]]), [[1.0, -1.0]])
    >>> grads[0].weights.tolist(), grads[0].bias.tolist()
    ([[1.0, -1.0], [2.0, -2.0], [3.0, -3.0]], [1.0, -1.0])
    """
    params = as_params(params)
    with np.errstate(under="ignore"):  # a product too small for a float is 0
        dz = np.ascontiguousarray(dlogits, dtype=params.dtype)
        if dz.shape != forward_pass.logits.shape:
            raise ValueError(
                f"dlogits have shape {dz.shape}, the logits {forward_pass.logits.shape}: expected the same, "
                "one gradient for each logit"
            )
        grads = params.like(np.empty_like(params.flat))
        layers, parts = params.layers, grads.layers
        ones = np.ones(len(dz), dz.dtype)
        for i in reversed(range(len(layers))):
            matmul(forward_pass.activations[i].T, dz, out=parts[i].weights)  # a.T @ dz, (fan_in, fan_out)
            np.dot(ones, dz, out=parts[i].bias)  # (fan_out,), np.sum(dz, axis=0) at the speed of a product
            if i > 0:  # the gradient of the images is not needed
                dz = matmul(dz, layers[i].weights.T)  # dz @ W.T, (batch, fan_in), this is da
                dz *= activation.derivative(forward_pass.preactivations[i - 1], forward_pass.activations[i])
    return grads


def loss_and_grads(
    params: Params | Iterable,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    activation: Activation = relu,
    forward: Callable = forward,
    loss: Callable = cross_entropy,
    loss_grad: Callable = cross_entropy_grad,
    backward: Callable = backward,
) -> tuple[Loss, Params]:
    """The loss of one batch and its gradient for every parameter.

    params: Params, or any sequence of (weights, bias)
    images: (batch, fan_in) uint8 or float
    labels: (batch,) int, or what `loss` takes as targets
    activation: between the layers
    forward: (params, images, activation) -> ForwardPass
    loss, loss_grad: (logits, labels) -> float, and -> dlogits; give both or neither
    backward: (params, forward_pass, dlogits, activation) -> grads
    returns: (loss, grads); the loss is a float that also carries its `.logits`
    raises: ValueError or TypeError when images or labels do not fit the network, or a function given returns
        something else

    >>> loss, grads = loss_and_grads([(np.zeros((3, 2)), np.zeros(2))], [[1.0, 2.0, 3.0]], [0])
    >>> round(loss, 4), grads[0].bias.tolist()
    (0.6931, [-0.5, 0.5])
    """
    params = as_params(params)
    forward_pass = forward(params, images, activation)
    value, dlogits = _loss_and_grad(forward_pass.logits, labels, loss, loss_grad)
    grads = backward(params, forward_pass, dlogits, activation)
    return Loss(value, forward_pass.logits), grads


def _loss_and_grad(logits: np.ndarray, labels: np.ndarray, loss: Callable, loss_grad: Callable) -> tuple:
    if (loss is cross_entropy) != (loss_grad is cross_entropy_grad):
        raise ValueError(
            "only one of loss and loss_grad was given: the gradient must belong to its loss, pass both"
        )
    if loss is cross_entropy:
        return cross_entropy_and_grad(logits, labels)
    value, dlogits = loss(logits, labels), loss_grad(logits, labels)
    if not is_number(value):
        raise TypeError(f"loss returned {type(value).__name__}: expected one number, the mean over the batch")
    if dlogits is None:
        raise TypeError(
            f"loss_grad returned None: expected dlogits of shape {logits.shape}; is a return missing?"
        )
    return value, dlogits
