"""JAX: a compiled step called for each batch, or a whole epoch compiled into one lax.scan."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp

from ..nets import Job

B1, B2, EPS = 0.9, 0.999, 1e-8


def prepare(job: Job, variant: str) -> Callable[[], list]:
    """variant: "step" or "scan". Images wait on the device as bytes: floats were no faster here."""
    images, labels = jnp.asarray(job.images), jnp.asarray(job.labels, jnp.int32)
    full = len(job.order) // job.net.batch * job.net.batch
    order = jnp.asarray(job.order[:full].reshape(-1, job.net.batch))
    rest = jnp.asarray(job.order[full:])
    step = partial(_step, images, labels, job.net.activation, job.optimizer, job.rate)
    one = jax.jit(step)
    scan = jax.jit(lambda carry, order: jax.lax.scan(lambda c, i: (step(c, i), None), carry, order)[0])

    def epoch() -> list:
        layers = [tuple(jnp.asarray(part) for part in layer) for layer in job.layers]
        zeros = jax.tree.map(jnp.zeros_like, layers)
        carry = (layers, zeros, zeros, 0)
        if variant == "scan":
            carry = scan(carry, order)
        else:
            for chosen in order:
                carry = one(carry, chosen)
        if rest.size:  # the short last batch has a shape of its own, so it is compiled apart
            carry = one(carry, rest)
        return jax.block_until_ready(carry[0])

    return epoch


def _loss(layers: list, images: jax.Array, labels: jax.Array, activation: str) -> jax.Array:
    f = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid}[activation]
    a = images
    for weights, bias in layers[:-1]:
        a = f(a @ weights + bias)
    log_p = jax.nn.log_softmax(a @ layers[-1][0] + layers[-1][1])
    return -jnp.mean(jnp.take_along_axis(log_p, labels[:, None], axis=1))


def _step(images, labels, activation: str, optimizer: str, rate: float, carry: tuple, chosen) -> tuple:
    layers, mean, square, t = carry
    batch = images[chosen].astype(jnp.float32) * (1 / 255)
    grads = jax.grad(_loss)(layers, batch, labels[chosen], activation)
    t = t + 1
    if optimizer == "sgd":
        return jax.tree.map(lambda p, g: p - rate * g, layers, grads), mean, square, t
    mean = jax.tree.map(lambda m, g: B1 * m + (1 - B1) * g, mean, grads)
    square = jax.tree.map(lambda s, g: B2 * s + (1 - B2) * g * g, square, grads)
    scale, root = rate / (1 - B1**t), jnp.sqrt(1 - B2**t)
    layers = jax.tree.map(lambda p, m, s: p - scale * m / (jnp.sqrt(s) / root + EPS), layers, mean, square)
    return layers, mean, square, t
