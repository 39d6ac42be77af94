"""Correct programs for the topic `autograd`: name of the exercise -> functions that must pass."""

import numpy as np


def _axes_at_once(grad, shape):
    extra = grad.ndim - len(shape)
    axes = (*range(extra), *(extra + k for k, size in enumerate(shape) if size == 1))
    return np.asarray(grad).sum(axis=axes).reshape(shape)


def _by_loops(grad, shape):
    total = np.zeros(shape)
    for place in np.ndindex(grad.shape):
        inside = place[grad.ndim - len(shape) :]
        total[tuple(0 if size == 1 else i for i, size in zip(inside, shape))] += grad[place]
    return total


def _by_matrices(grad, shape):
    if grad.ndim == 3:
        grad = np.einsum("kij->ij", grad)
    if len(shape) == 1:
        return np.ones(len(grad)) @ grad
    left = np.ones((1, len(grad))) if shape[0] == 1 else np.eye(len(grad))
    right = np.ones((grad.shape[1], 1)) if shape[1] == 1 else np.eye(grad.shape[1])
    return left @ grad @ right


def _with_a_dict(tape, count):
    grads = {count - 1: 1.0}
    for output, inputs, pull in tape[::-1]:
        if output in grads:
            for number, grad in zip(inputs, pull(grads[output])):
                grads[number] = grads.get(number, 0.0) + grad
    return [grads.get(number, 0.0) for number in range(count)]


def _in_place(tape, count):
    grads = [0.0 for _ in range(count)]
    grads[count - 1] = 1
    for step in range(len(tape) - 1, -1, -1):
        output, inputs, pull = tape[step]
        for number, grad in zip(inputs, pull(grads[output])):
            grads[number] += grad
    return tuple(grads)


def _by_recursion(tape, count):
    def grad_of(number):
        total = 1.0 if number == count - 1 else 0.0
        for output, inputs, pull in tape:
            for place, used in enumerate(inputs):
                if used == number:
                    total = total + pull(grad_of(output))[place]
        return total

    return [grad_of(number) for number in range(count)]


CORRECT = {
    "sum_to_shape": (_axes_at_once, _by_loops, _by_matrices),
    "backpropagate": (_with_a_dict, _in_place, _by_recursion),
}
