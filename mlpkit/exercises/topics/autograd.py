"""Automatic differentiation: a tape remembers what was computed, and the gradients are found by reading it back.

Two functions are enough: one walks the tape, the other undoes broadcasting.
"""

from __future__ import annotations

import numpy as np

from ..spec import Case, Exercise, Mistake


def _normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


def sum_to_shape(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum a gradient over every axis along which an array of this shape was repeated.

    grad: array, shape: tuple of int -> array of that shape
    """
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)  # NumPy puts new axes first
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


def _with(how):
    """A wrong program that does something else than summing."""

    def wrong(grad, shape):
        while grad.ndim > len(shape):
            grad = how(grad, axis=0)
        for axis, size in enumerate(shape):
            if size == 1:
                grad = how(grad, axis=axis, keepdims=True)
        return grad

    return wrong


def _first(grad, axis, keepdims=False):
    part = np.take(grad, [0], axis=axis)
    return part if keepdims else part.squeeze(axis)


def _last_axes_first(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=-1)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


def _one_new_axis(grad: np.ndarray, shape: tuple) -> np.ndarray:
    if grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


def _new_axes_only(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    return grad + 0.0


def _axes_of_length_1_lost(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    return grad.sum(axis=tuple(axis for axis, size in enumerate(shape) if size == 1))


SUM_TO_SHAPE = Exercise(
    "sum_to_shape",
    task="Sum a gradient over every axis along which an array of this shape was repeated.",
    reference=sum_to_shape,
    inputs={"grad": "", "shape": ""},
    output="",
    cases=(
        Case("a bias of 3 units, added to a batch of 5", (_normal(1, 5, 3), (3,))),
        Case("a bias of 4 units, added to a batch of 4", (_normal(2, 4, 4), (4,))),
        Case("one row of 4 numbers, repeated 6 times", (_normal(3, 6, 4), (1, 4))),
        Case("one column of 6 numbers, repeated 2 times", (_normal(4, 6, 2), (6, 1))),
        Case("nothing was repeated", (_normal(5, 2, 7), (2, 7))),
        Case("one number, repeated to 3 rows of 4", (_normal(6, 3, 4), (1, 1))),
        Case("one column of 5 numbers, repeated 3 times in each of 2 arrays", (_normal(9, 2, 5, 3), (5, 1))),
        Case("a bias of 3 units, added to 5 rows in each of 2 arrays", (_normal(10, 2, 5, 3), (3,))),
    ),
    mistakes=(
        Mistake(
            "mean",
            _with(np.mean),
            "It looks as if this is the mean of the copies. Each copy changes the loss: what happens when "
            "all copies change together?",
        ),
        Mistake(
            "one-copy",
            _with(_first),
            "It looks as if only the first copy is kept. The other copies come from the same number.",
        ),
        Mistake(
            "summed-over-everything",
            lambda grad, shape: np.full(shape, grad.sum()),
            "It looks as if one sum over all entries is put everywhere. Along which axes was the array repeated?",
        ),
        Mistake(
            "last-axis",
            _last_axes_first,
            "It looks as if the last axis is summed, but the new axis is in front. Where does NumPy add a "
            "missing axis?",
        ),
        Mistake(
            "one-new-axis",
            _one_new_axis,
            "It looks as if at most one new axis is summed. NumPy may put several axes in front: `while`, "
            "not `if`.",
        ),
        Mistake(
            "new-axes-only",
            _new_axes_only,
            "It looks as if an axis of length 1 is not summed. NumPy repeats along such an axis too.",
        ),
        Mistake(
            "axes-of-length-1-lost",
            _axes_of_length_1_lost,
            "It looks as if an axis of length 1 disappears in the sum. Which argument of sum keeps it?",
        ),
        Mistake(
            "not-summed",
            lambda grad, shape: grad + 0.0,
            "It looks as if the gradient is returned unchanged. What shape has the array that was repeated?",
        ),
    ),
    hints=(
        "One number was used many times. Its gradient is the sum over all uses.",
        "(5, 3) to (3,): sum axis 0, which NumPy added in front. (6, 2) to (6, 1): sum axis 1 and keep it.",
        "First sum axis 0 until the number of axes is right. Then sum each axis that has length 1 in shape, and keep it.",
        "def sum_to_shape(grad, shape):\n    while grad.ndim > ...:\n        grad = grad.sum(axis=...)\n"
        "    for axis, size in enumerate(shape):\n        if size == ...:\n"
        "            grad = grad.sum(axis=..., keepdims=...)\n    return grad",
    ),
)  # fmt: skip


def backpropagate(tape: list, count: int) -> list:
    """The gradient of the last value for every value, by reading the tape backwards.

    tape: list of (output, inputs, pull): the number of the value that was computed, those of the values it was
    computed from, and a function: gradient of the output -> gradients of the inputs
    count: int, how many values there are -> list of count gradients
    """
    grads = [0.0] * count
    grads[-1] = 1.0
    for output, inputs, pull in reversed(tape):
        for number, grad in zip(inputs, pull(grads[output])):
            grads[number] = grads[number] + grad
    return grads


def _times(a, b):
    return lambda d: (d * b, d * a)


def _plus(d):
    return d, d


def _product_and_sum(a, b, c):
    """(a b + a) c: `a` is used twice."""
    return [(3, (0, 1), _times(a, b)), (4, (3, 0), _plus), (5, (4, 2), _times(a * b + a, c))]


def _powers(a):
    """a^2, a^4, and their sum: the square is used three times."""
    return [(1, (0, 0), _times(a, a)), (2, (1, 1), _times(a**2, a**2)), (3, (2, 1), _plus)]


def _chain(a):
    """sin(exp(a)), halved."""
    first = np.exp(a)
    return [
        (1, (0,), lambda d: (d * first,)),
        (2, (1,), lambda d: (d * np.cos(first),)),
        (3, (2,), lambda d: (0.5 * d,)),
    ]


def _side_branch(a, b):
    """a b, and beside it a value that the last one does not use."""
    return [(2, (0, 1), _times(a, b)), (3, (1, 1), _plus), (4, (2, 0), _plus)]


def _arrays(x, w):
    """The sum of x @ w + x, for arrays: the pull of a product of matrices does not go entry by entry."""
    return [
        (2, (0, 1), lambda d: (np.dot(w, d), np.outer(x, d))),
        (3, (2, 0), lambda d: (d * np.ones(3), d * np.ones(3))),
    ]


def _plus_twice():
    """A weighted sum of (x + w) + x, for arrays: a plus hands the very same array to both of its inputs."""
    return [(2, (0, 1), _plus), (3, (2, 0), _plus), (4, (3,), lambda d: (d * np.array([1.0, 2.0, -0.5]),))]


def _added_in_place(tape, count):
    grads = [None] * count
    grads[-1] = 1.0
    for output, inputs, pull in reversed(tape):
        if grads[output] is not None:
            for number, grad in zip(inputs, pull(grads[output])):
                if grads[number] is None:
                    grads[number] = grad
                else:
                    grads[number] += grad
    return [0.0 if grad is None else grad for grad in grads]


def _in_one_array(tape, count):
    grads = np.zeros(count)
    grads[-1] = 1.0
    for output, inputs, pull in reversed(tape):
        for number, grad in zip(inputs, pull(grads[output])):
            grads[number] += grad
    return grads


def _walk(tape, count, start=1.0, order=reversed, combine=lambda old, new: old + new, seed=None):
    grads = [0.0] * count
    grads[-1] = start
    for output, inputs, pull in order(tape):
        for number, grad in zip(inputs, pull(grads[output] if seed is None else seed)):
            grads[number] = combine(grads[number], grad)
    return grads


def _ones(tape, count, first_only=False):
    grads = [0.0 if first_only and number else 1.0 for number in range(count)]
    for output, inputs, pull in reversed(tape):
        for number, grad in zip(inputs, pull(grads[output])):
            grads[number] = grads[number] + grad
    return grads


def _counted(tape, count, in_place=False):
    grads = [0.0] * count
    grads[-1] = 1.0
    for output, _, pull in reversed(tape):
        for number, grad in enumerate(pull(grads[output])):
            if in_place:
                grads[number] += grad
            else:
                grads[number] = grads[number] + grad
    return grads


def _one_input(tape, count):
    return _walk([(output, inputs[:1], pull) for output, inputs, pull in tape], count)


def _multiplied_again(tape, count, add=True):
    grads = [0.0] * count
    grads[-1] = 1.0
    for output, inputs, pull in reversed(tape):
        for number, grad in zip(inputs, pull(grads[output])):
            grads[number] = add * grads[number] + grads[output] * grad
    return grads


def _added_to_the_output(tape, count):
    grads = [0.0] * count
    grads[-1] = 1.0
    for output, _, pull in reversed(tape):
        for grad in pull(grads[output]):
            grads[output] = grads[output] + grad
    return grads


def _cleared(tape, count):
    used = {output for output, _, _ in tape}
    return [0.0 if number in used else grad for number, grad in enumerate(_walk(tape, count))]


def _crossed(tape, count):
    return _walk([(output, inputs[::-1], pull) for output, inputs, pull in tape], count)


def _first_step_first(tape):
    """The order of `tape[-i]` for i from 0."""
    return [tape[-i] for i in range(len(tape))]


BACKPROPAGATE = Exercise(
    "backpropagate",
    task="Read the tape backwards and give the gradient of the last value for every value.",
    reference=backpropagate,
    inputs={"tape": "", "count": ""},
    output=[""],
    list_item="value",
    cases=(
        Case("(a b + a) c", (_product_and_sum(2.0, 3.0, -1.5), 6)),
        Case("a chain of three steps", (_chain(0.7), 4)),
        Case("a value that is used three times", (_powers(1.3), 4)),
        Case("a value that the last one does not use", (_side_branch(-0.8, 2.5), 5)),
        Case("arrays of 3, and their sum", (_arrays(_normal(7, 3), _normal(8, 3, 3)), 4)),
        Case("arrays of 3 that are added twice", (_plus_twice(), 5)),
    ),
    mistakes=(
        Mistake(
            "overwritten",
            lambda tape, count: _walk(tape, count, combine=lambda old, new: new),
            "It looks as if a second gradient replaces the first. What is the gradient of a value that is "
            "used twice?",
        ),
        Mistake(
            "forwards",
            lambda tape, count: _walk(tape, count, order=list),
            "It looks as if the tape is read from its beginning. Which gradient is known first?",
        ),
        Mistake(
            "no-start",
            lambda tape, count: _walk(tape, count, start=0.0),
            "It looks as if every gradient starts at 0. What is the gradient of the last value with "
            "respect to itself?",
        ),
        Mistake(
            "another-start",
            (_ones, lambda tape, count: _ones(tape, count, first_only=True)),
            "It looks as if another gradient than the last starts at 1. Which value has the gradient 1 with "
            "respect to itself?",
        ),
        Mistake(
            "inputs-not-used",
            (_counted, lambda tape, count: _counted(tape, count, in_place=True)),
            "It looks as if the gradients of a step go to the values 0, 1 and so on. `inputs` says to which values they "
            "belong.",
        ),
        Mistake(
            "no-chain",
            lambda tape, count: _walk(tape, count, seed=1.0),
            "It looks as if each step uses the gradient 1. The chain rule uses the gradient of the step's "
            "output.",
        ),
        Mistake(
            "multiplied-again",
            (_multiplied_again, lambda tape, count: _multiplied_again(tape, count, add=False)),
            "It looks as if the gradient of the output multiplies twice. Pull has done this already: what remains to do with its result?",
        ),
        Mistake(
            "added-to-the-output",
            _added_to_the_output,
            "It looks as if the gradients are added to the gradient of the output. For which values does pull give them?",
        ),
        Mistake(
            "first-input-only",
            _one_input,
            "It looks as if only the first input of each step gets a gradient. A product has two.",
        ),
        Mistake(
            "cleared-on-the-way",
            _cleared,
            "It looks as if the gradient of a value is set back to 0 once it is handed on. The gradients of all values are asked for.",
        ),
        Mistake(
            "first-step-left-out",
            (
                lambda tape, count: _walk(tape[1:], count),
                lambda tape, count: _walk(tape, count, order=_first_step_first),
            ),
            "It looks as if the first step of the tape is left out, or is read before the others (`tape[-0]` is `tape[0]`). "
            "In which order must the loop read the steps?",
        ),
        Mistake(
            "inputs-crossed",
            _crossed,
            "It looks as if the gradients of the two inputs are swapped. In which order does pull give them?",
        ),
        Mistake(
            "added-in-place",
            _added_in_place,
            "It looks as if `+=` changes an array that another value holds too. A plus hands the same array to "
            "both of its inputs: which form makes a new array?",
        ),
        Mistake(
            "one-array-for-all",
            _in_one_array,
            "It looks as if one array holds all gradients. A value can be a matrix: keep the gradients in "
            "a list.",
        ),
    ),
    hints=(
        "The last value has the gradient 1, all others start at 0. Then go through the steps, the last one first.",
        "A step knows the number of its output. Its pull turns the gradient of the output into those of the inputs.",
        "For each step, backwards: for each input, gradient of the input = what it has already + what pull gives for it.",
        "def backpropagate(tape, count):\n    grads = [0.0] * count\n    grads[-1] = 1.0\n"
        "    for output, inputs, pull in reversed(tape):\n        for number, grad in zip(inputs, pull(...)):\n"
        "            grads[number] = ...\n    return grads",
    ),
)

EXERCISES = (BACKPROPAGATE, SUM_TO_SHAPE)
