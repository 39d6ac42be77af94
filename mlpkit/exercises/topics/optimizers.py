"""Optimisers: each step function gets what it remembers, and returns what to remember next.

They are judged over many steps, because most mistakes hide in the first one.
"""

from __future__ import annotations

import numpy as np

from ..checker.runner import freeze
from ..spec import Case, Exercise, Mistake, Stateful


def momentum_step(param, grad, velocity, learning_rate, momentum):
    """One step with momentum: the velocity sums up gradients and forgets slowly.

    param, grad, velocity: arrays of one shape -> (param, velocity)
    """
    velocity = momentum * velocity + grad
    return param - learning_rate * velocity, velocity


def nesterov_step(param, grad, velocity, learning_rate, momentum):
    """One step of Nesterov's momentum: the new gradient counts as if one more step had been taken.

    param, grad, velocity: arrays of one shape -> (param, velocity)
    """
    velocity = momentum * velocity + grad
    return param - learning_rate * (grad + momentum * velocity), velocity


def rmsprop_step(param, grad, mean_square, learning_rate, decay, eps):
    """One step of RMSProp: each number's step is divided by the usual size of its gradient.

    param, grad, mean_square: arrays of one shape -> (param, mean_square)
    """
    mean_square = decay * mean_square + (1 - decay) * grad**2
    return param - learning_rate * grad / (np.sqrt(mean_square) + eps), mean_square


def adam_step(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
    """One step of Adam: running means of gradients and squares, both corrected for having started at 0.

    param, grad, mean, mean_square: arrays of one shape; step: int from 1 -> (param, mean, mean_square)
    """
    mean = b1 * mean + (1 - b1) * grad
    mean_square = b2 * mean_square + (1 - b2) * grad**2
    corrected = mean / (1 - b1**step)
    spread = np.sqrt(mean_square / (1 - b2**step))
    return param - learning_rate * corrected / (spread + eps), mean, mean_square


def _grads(seed: int, steps: int, shape: tuple[int, ...]) -> np.ndarray:
    return freeze(np.random.default_rng(seed).normal(size=(steps, *shape)) + 0.3)


def _next_grad(grads: np.ndarray):
    """At every step another gradient, in the place of argument 1."""
    return lambda step, args: (args[0], grads[step], *args[2:])


_START = np.random.default_rng(7).normal(size=(4, 3))


def _own_buffer():
    """A momentum step that remembers the velocity itself, one for all parameters."""
    kept: dict = {}

    def wrong(param, grad, velocity, learning_rate, momentum):
        kept[grad.shape] = momentum * kept.get(grad.shape, 0) + grad
        return param - learning_rate * kept[grad.shape], kept[grad.shape]

    return wrong


MOMENTUM_STEP = Exercise(
    "momentum_step",
    task="Take one step with momentum, and return the new parameter and the new velocity.",
    reference=momentum_step,
    inputs={
        "param": "rows columns",
        "grad": "rows columns",
        "velocity": "rows columns",
        "learning_rate": "",
        "momentum": "",
    },
    output={"param": "rows columns", "velocity": "rows columns"},
    list_item="step",
    updates=("param",),
    cases=(
        Case(
            "twelve steps with changing gradients",
            (_START, _START * 0, np.zeros((4, 3)), 0.1, 0.9),
            steps=12,
            feedback={"param": 0, "velocity": 2},
            schedule_args=_next_grad(_grads(1, 12, (4, 3))),
        ),
        Case(
            "twelve steps along a constant gradient of 1",
            (np.zeros(2), np.ones(2), np.zeros(2), 0.5, 0.8),
            steps=12,
            feedback={"param": 0, "velocity": 2},
        ),
        Case("a single step from a velocity that is not 0", (_START, _START + 1, 2 * _START - 1, 0.05, 0.6)),
        Case("a single step with gradients in the hundreds", (_START, 300 * _START, 200 * _START + 1, 0.01, 0.7)),
    ),
    mistakes=(
        Mistake(
            "buffer-of-its-own",
            Stateful(_own_buffer),
            "It looks as if the velocity is kept inside the function: then all parameters share one "
            "velocity. Where does the velocity come from?",
        ),
        Mistake(
            "learning-rate-missing",
            lambda p, g, v, rate, m: (p - (m * v + g), m * v + g),
            "It looks as if the learning rate is not used. By what is the step multiplied?",
        ),
        Mistake(
            "momentum-missing",
            lambda p, g, v, rate, m: (p - rate * (v + g), v + g),
            "It looks as if the old velocity is added without a factor, so old gradients never get smaller. By "
            "which factor should the old velocity be multiplied?",
        ),
        Mistake(
            "velocity-reset",
            (lambda p, g, v, rate, m: (p - rate * g, g), lambda p, g, v, rate, m: (p - rate * (1 - m) * g, (1 - m) * g)),
            "It looks as if the velocity starts from 0 in every step, so old gradients are lost. Where is "
            "the old velocity used?",
        ),
        Mistake(
            "step-by-the-gradient",
            lambda p, g, v, rate, m: (p - rate * g, m * v + g),
            "It looks as if the velocity is right, but the step uses the gradient alone. What should the "
            "learning rate multiply?",
        ),
        Mistake(
            "old-velocity-returned",
            lambda p, g, v, rate, m: (p - rate * (m * v + g), v),
            "It looks as if the old velocity is returned. What should the next step start from?",
        ),
        Mistake(
            "shares-swapped",
            lambda p, g, v, rate, m: (p - rate * ((1 - m) * v + m * g), (1 - m) * v + m * g),
            "It looks as if momentum multiplies the gradient, and 1 - momentum the old velocity. Momentum is the share of "
            "the old velocity, and the gradient is added as it is.",
        ),
        Mistake(
            "running-mean",
            lambda p, g, v, rate, m: (lambda n: (p - rate * n, n))(m * v + (1 - m) * g),
            "It looks as if the gradient is multiplied by 1 - momentum, which is another way to define it. Here "
            "the velocity is a sum: with a constant gradient of 1 and momentum 0.9 it is 1, 1.9, 2.71.",
        ),
        Mistake(
            "gradient-times-momentum",
            lambda p, g, v, rate, m: (p - rate * m * (v + g), m * (v + g)),
            "It looks as if momentum multiplies the new gradient too. It multiplies only the old velocity.",
        ),
        Mistake(
            "velocity-of-opposite-sign",
            lambda p, g, v, rate, m: (p + rate * (m * v - g), m * v - g),
            "It looks as if the gradient is subtracted from the velocity, which is another way to define it. Here it is "
            "added, and the step goes against the velocity.",
        ),
        Mistake(
            "ascent",
            lambda p, g, v, rate, m: (p + rate * (m * v + g), m * v + g),
            "It looks as if the step goes uphill. In which direction does the gradient point?",
        ),
        Mistake(
            "rate-in-velocity",
            (lambda p, g, v, rate, m: (p - (m * v + rate * g), m * v + rate * g),
             lambda p, g, v, rate, m: (p + m * v - rate * g, m * v - rate * g)),
            "The parameter may look right for some steps, but the velocity contains the learning rate. "
            "Where should the learning rate be used?",
        ),
        Mistake(
            "nesterov",
            lambda p, g, v, rate, m: (p - rate * (g + m * (m * v + g)), m * v + g),
            "It looks as if this is Nesterov's step. That is the next exercise.",
        ),
        Mistake(
            "old-velocity-used",
            lambda p, g, v, rate, m: (p - rate * v, m * v + g),
            "It looks as if the step uses the old velocity. Which is computed first, the velocity or the "
            "step?",
        ),
    ),
    hints=(
        "First compute the new velocity, then step with it, then return both.",
        "param, grad and velocity have one shape, and so have the two results. With a constant gradient of "
        "1, momentum 0.9 and rate 1, the steps are 1, 1.9, 2.71 and so on.",
        "v ← m·v + g,  p ← p − rate·v",
        "def momentum_step(param, grad, velocity, learning_rate, momentum):\n    velocity = ...\n"
        "    return param - ..., ...",
    ),
)  # fmt: skip


def _velocity(step, velocity):
    """A wrong program, made of how far it moves (v, g, rate, m) and what it remembers (v, g, m)."""

    def wrong(p, g, v, rate, m):
        new = velocity(v, g, m)
        return p - step(new, g, rate, m, v), new

    return wrong


def _sum(v, g, m):
    return m * v + g


NESTEROV_STEP = Exercise(
    "nesterov_step",
    task="Take one step of Nesterov's momentum, and return the new parameter and the new velocity.",
    reference=nesterov_step,
    inputs=MOMENTUM_STEP.inputs,
    output=MOMENTUM_STEP.output,
    list_item="step",
    updates=("param",),
    cases=MOMENTUM_STEP.cases,
    mistakes=(
        Mistake(
            "plain-momentum",
            momentum_step,
            "It looks as if this is plain momentum. Nesterov's step is the gradient plus a part of the new "
            "velocity. Do you use the new velocity? By which factor do you multiply it?",
        ),
        Mistake(
            "velocity-reset",
            (lambda p, g, v, rate, m: (p - rate * (g + m * g), g), lambda p, g, v, rate, m: (p - rate * g, g)),
            "It looks as if the velocity starts from 0 in every step, so old gradients are lost. Where is "
            "the old velocity used?",
        ),
        Mistake(
            "rate-times-the-gradient-alone",
            _velocity(lambda v, g, rate, m, old: rate * g - m * v, _sum),
            "It looks as if the learning rate multiplies only the gradient: brackets are missing. What "
            "should it multiply?",
        ),
        Mistake(
            "momentum-forgotten-in-the-step",
            _velocity(lambda n, g, rate, m, v: rate * (g + n), _sum),
            "It looks as if the whole new velocity is added to the gradient. By which factor should it be "
            "multiplied?",
        ),
        Mistake(
            "gradient-forgotten-in-the-step",
            _velocity(lambda n, g, rate, m, v: rate * m * n, _sum),
            "It looks as if the step leaves out the gradient. The step has two parts: the gradient, and a "
            "part of the new velocity.",
        ),
        Mistake(
            "momentum-squared",
            _velocity(lambda n, g, rate, m, v: rate * (g + m * m * n), _sum),
            "It looks as if the step is multiplied by the momentum once too often.",
        ),
        Mistake(
            "running-mean",
            (_velocity(lambda n, g, rate, m, v: rate * (g + m * n), lambda v, g, m: m * v + (1 - m) * g),
             _velocity(lambda n, g, rate, m, v: rate * ((1 - m) * g + m * n), lambda v, g, m: m * v + (1 - m) * g)),
            "It looks as if the gradient is multiplied by 1 - momentum, which is another way to define it. Here "
            "the velocity is a sum.",
        ),
        Mistake(
            "ascent",
            lambda p, g, v, rate, m: (p + rate * (g + m * (m * v + g)), m * v + g),
            "It looks as if the step goes uphill. In which direction does the gradient point?",
        ),
        Mistake(
            "rate-in-velocity",
            (lambda p, g, v, rate, m: (p - (rate * g + m * (m * v + rate * g)), m * v + rate * g),
             lambda p, g, v, rate, m: (p - m * m * v + (1 + m) * -rate * g, m * v - rate * g),
             lambda p, g, v, rate, m: (p - m * v + (1 + m) * (m * v - rate * g), m * v - rate * g)),
            "It looks as if the velocity contains the learning rate, which is another way to define it. Here "
            "only the step contains it.",
        ),
        Mistake(
            "looked-ahead-first",
            (lambda p, g, v, rate, m: (p - m * v - rate * (m * v + g), m * v + g),
             lambda p, g, v, rate, m: (p - rate * m * v - rate * (m * v + g), m * v + g)),
            "It looks as if the parameter first moves by the old velocity, and then makes a whole step. Here there is one move: the rate times "
            "the gradient plus m times the new velocity.",
        ),
        Mistake(
            "old-velocity-returned",
            lambda p, g, v, rate, m: (p - rate * (g + m * (m * v + g)), v),
            "It looks as if the old velocity is returned. What should the next step start from?",
        ),
        Mistake(
            "looked-ahead-velocity-returned",
            lambda p, g, v, rate, m: (p - rate * (g + m * (m * v + g)), g + m * (m * v + g)),
            "It looks as if the whole step is returned as the velocity. Return the velocity itself.",
        ),
        Mistake(
            "learning-rate-missing",
            _velocity(lambda n, g, rate, m, v: g + m * n, _sum),
            "It looks as if the learning rate is not used. By what is the step multiplied?",
        ),
        Mistake(
            "plain-sgd",
            _velocity(lambda n, g, rate, m, v: rate * g, _sum),
            "It looks as if the step uses only the gradient, not the velocity. Where is the velocity used?",
        ),
    ),
    hints=(
        "Compute the new velocity as in momentum. Then step by the gradient plus momentum times the new "
        "velocity.",
        "All arrays have one shape. With a constant gradient of 1, momentum 0.9 and rate 1, the steps are "
        "1.9, 2.71, 3.44.",
        "v ← m·v + g,  p ← p − rate·(g + m·v), with the new v.",
        "def nesterov_step(param, grad, velocity, learning_rate, momentum):\n    velocity = ...\n"
        "    ahead = grad + ... * velocity\n    return param - ..., ...",
    ),
)  # fmt: skip


_RMS_TAKES = {
    "param": "rows columns",
    "grad": "rows columns",
    "mean_square": "rows columns",
    "learning_rate": "",
    "decay": "",
    "eps": "",
}


def _rms(mean_square, step):
    """A wrong RMSProp, made of what it remembers (s, g, d) and how far it moves (s, g, rate, eps)."""

    def wrong(p, g, s, rate, d, eps):
        new = mean_square(s, g, d)
        return p - step(new, g, rate, eps, s), new

    return wrong


def _squares(s, g, d):
    return d * s + (1 - d) * g**2


def _by_root(s, g, rate, eps, old):
    return rate * g / (np.sqrt(s) + eps)


RMSPROP_STEP = Exercise(
    "rmsprop_step",
    task="Take one step of RMSProp, and return the new parameter and the new running mean of squares.",
    reference=rmsprop_step,
    inputs=_RMS_TAKES,
    output={"param": "rows columns", "mean_square": "rows columns"},
    list_item="step",
    updates=("param",),
    cases=(
        Case(
            "twelve steps with changing gradients",
            (_START, _START * 0, np.zeros((4, 3)), 0.01, 0.9, 1e-8),
            steps=12,
            feedback={"param": 0, "mean_square": 2},
            schedule_args=_next_grad(_grads(2, 12, (4, 3))),
        ),
        Case(
            "twelve steps along a constant gradient of 2",
            (np.zeros(2), np.full(2, 2.0), np.zeros(2), 0.5, 0.8, 1e-6),
            steps=12,
            feedback={"param": 0, "mean_square": 2},
        ),
        Case("a single step with a large eps", (_START, _START + 1, _START**2 + 0.1, 0.05, 0.6, 0.3)),
        Case("a single step with gradients in the hundreds", (_START, 300 * _START, 4e4 * _START**2 + 1, 0.5, 0.7, 0.3)),
    ),
    mistakes=(
        Mistake(
            "root-forgotten",
            _rms(_squares, lambda s, g, rate, eps, old: rate * g / (s + eps)),
            "It looks as if the gradient is divided by the mean square itself: then twice the gradient "
            "gives half the step. What has the size of a gradient?",
        ),
        Mistake(
            "eps-inside-the-root",
            _rms(_squares, lambda s, g, rate, eps, old: rate * g / np.sqrt(s + eps)),
            "It looks as if eps is added under the root, which is another way to define it. Here it is added "
            "outside the root.",
        ),
        Mistake(
            "eps-outside-the-brackets",
            (
                lambda p, g, s, rate, d, eps: (p - rate * (g / np.sqrt(new := _squares(s, g, d)) + eps), new),
                lambda p, g, s, rate, d, eps: (p - rate * g / np.sqrt(new := _squares(s, g, d)) + eps, new),
                lambda p, g, s, rate, d, eps: (p - (rate * g / np.sqrt(new := _squares(s, g, d)) + eps), new),
            ),
            "It looks as if eps is added after the division: brackets are missing. Which number should eps "
            "keep away from 0?",
        ),
        Mistake(
            "eps-missing",
            _rms(_squares, lambda s, g, rate, eps, old: rate * g / np.sqrt(s)),
            "It looks as if eps is not used. What happens to a number whose gradient is always 0?",
        ),
        Mistake(
            "weights-swapped",
            _rms(lambda s, g, d: (1 - d) * s + d * g**2, _by_root),
            "It looks as if the two weights are swapped. With a decay of 0.9, which part has the weight "
            "0.9?",
        ),
        Mistake(
            "sum-of-squares",
            _rms(lambda s, g, d: s + g**2, _by_root),
            "It looks as if the squares are summed, and old squares never get smaller. Here it is a running "
            "mean: its two weights sum to 1.",
        ),
        Mistake(
            "new-square-in-full",
            _rms(lambda s, g, d: d * s + g**2, _by_root),
            "It looks as if the new square has the weight 1. In a running mean the two weights sum to 1: "
            "which weight has the new square?",
        ),
        Mistake(
            "old-mean-square-used",
            _rms(_squares, lambda s, g, rate, eps, old: rate * g / (np.sqrt(old) + eps)),
            "It looks as if the division uses the old mean square. Which is computed first, the mean "
            "square or the step?",
        ),
        Mistake(
            "not-remembered",
            (lambda p, g, s, rate, d, eps: (p - rate * g / (np.sqrt((1 - d) * g**2) + eps), (1 - d) * g**2),
             lambda p, g, s, rate, d, eps: (p - rate * g / (np.abs(g) + eps), g**2)),
            "It looks as if the mean square starts from 0 in every step. Where is the old one used?",
        ),
        Mistake(
            "old-mean-square-returned",
            lambda p, g, s, rate, d, eps: (rmsprop_step(p, g, s, rate, d, eps)[0], s),
            "It looks as if the old mean square is returned. What should the next step start from?",
        ),
        Mistake(
            "not-squared",
            (_rms(lambda s, g, d: d * s + (1 - d) * np.abs(g), _by_root), _rms(lambda s, g, d: d * s + (1 - d) * g, _by_root)),
            "It looks as if the gradient is not squared before it is averaged.",
        ),
        Mistake(
            "root-kept",
            (lambda p, g, s, rate, d, eps: (lambda r: (p - rate * g / (r + eps), r))(np.sqrt(d * s + (1 - d) * g**2)),),
            "It looks as if the root of the mean square is returned. Return the mean square itself.",
        ),
        Mistake(
            "multiplied",
            _rms(_squares, lambda s, g, rate, eps, old: rate * g * (np.sqrt(s) + eps)),
            "It looks as if the gradient is multiplied by its usual size. The steps of all numbers should "
            "have a similar size.",
        ),
        Mistake(
            "ascent",
            _rms(_squares, lambda s, g, rate, eps, old: -_by_root(s, g, rate, eps, old)),
            "It looks as if the step goes uphill. In which direction does the gradient point?",
        ),
        Mistake(
            "learning-rate-missing",
            _rms(_squares, lambda s, g, rate, eps, old: g / (np.sqrt(s) + eps)),
            "It looks as if the learning rate is not used. By what is the step multiplied?",
        ),
        Mistake(
            "one-mean-for-all",
            (_rms(lambda s, g, d: d * s + (1 - d) * (g**2).mean(), _by_root),
             _rms(_squares, lambda s, g, rate, eps, old: rate * g / (np.sqrt(s.mean()) + eps))),
            "It looks as if all numbers share one mean square. In RMSProp, each number has its own.",
        ),
    ),
    hints=(
        "Keep a running mean of the squared gradients, and divide the gradient by its root.",
        "All arrays have one shape. With a constant gradient, the steps come close to the learning rate, "
        "for a large and for a small gradient.",
        "s ← decay·s + (1 − decay)·g²,  p ← p − rate·g / (√s + eps), with the new s.",
        "def rmsprop_step(param, grad, mean_square, learning_rate, decay, eps):\n    mean_square = ...\n"
        "    size = np.sqrt(...) + ...\n    return param - ..., ...",
    ),
)  # fmt: skip


def _count_step(grads):
    """At every step another gradient, and the number of the step, from 1."""
    return lambda step, args: (args[0], grads[step], *args[2:4], step + 1, *args[5:])


def _adam(move, mean=lambda m, g, b: b * m + (1 - b) * g, square=lambda s, g, b: b * s + (1 - b) * g**2):
    """A wrong Adam: `move(m, s, t, b1, b2, eps, g)` is the step for a rate of 1, the rest what is remembered."""

    def wrong(p, g, m, s, t, rate, b1, b2, eps):
        m, s = mean(m, g, b1), square(s, g, b2)
        return p - rate * move(m, s, t, b1, b2, eps, g), m, s

    return wrong


def _right(m, s, t, b1, b2, eps, g):
    return m / (1 - b1**t) / (np.sqrt(s / (1 - b2**t)) + eps)


def _eps_after_all(sign):
    def wrong(p, g, m, s, t, rate, b1, b2, eps):
        right, m, s = adam_step(p, g, m, s, t, rate, b1, b2, 0.0)
        return right + sign * eps, m, s

    return wrong


ADAM_STEP = Exercise(
    "adam_step",
    task="Take one step of Adam (steps count from 1), and return the new parameter, mean and mean square.",
    reference=adam_step,
    inputs={
        "param": "rows columns",
        "grad": "rows columns",
        "mean": "rows columns",
        "mean_square": "rows columns",
        "step": "",
        "learning_rate": "",
        "b1": "",
        "b2": "",
        "eps": "",
    },
    output={"param": "rows columns", "mean": "rows columns", "mean_square": "rows columns"},
    list_item="step",
    updates=("param",),
    cases=(
        Case(
            "fifteen steps with changing gradients",
            (_START, _START * 0, np.zeros((4, 3)), np.zeros((4, 3)), 1, 0.01, 0.9, 0.999, 1e-8),
            steps=15,
            feedback={"param": 0, "mean": 2, "mean_square": 3},
            schedule_args=_count_step(_grads(3, 15, (4, 3))),
        ),
        Case(
            "twelve steps along a constant gradient of 1",
            (np.zeros(2), np.ones(2), np.zeros(2), np.zeros(2), 1, 1.0, 0.9, 0.99, 1e-8),
            steps=12,
            feedback={"param": 0, "mean": 2, "mean_square": 3},
            schedule_args=_count_step(np.ones((12, 2))),
        ),
        Case("step 7 with a large eps", (_START, _START + 1, _START / 2, _START**2 + 0.1, 7, 0.05, 0.8, 0.95, 0.3)),
        Case("step 5 with gradients in the hundreds", (_START, 300 * _START, 200 * _START + 1, 4e4 * _START**2 + 1, 5, 0.5, 0.8, 0.95, 0.3)),
        Case("step 3,000, where the correction is nearly 1", (_START, _START - 1, _START / 3, _START**2 + 0.2, 3000, 0.02, 0.9, 0.999, 1e-8)),
    ),
    mistakes=(
        Mistake(
            "no-correction",
            _adam(lambda m, s, t, b1, b2, eps, g: m / (np.sqrt(s) + eps)),
            "It looks as if there is no correction for the start at 0, so the first steps are too long. By "
            "which factor is each running mean too small at step t?",
        ),
        Mistake(
            "no-power",
            _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1) / (np.sqrt(s / (1 - b2)) + eps)),
            "It looks as if the correction is 1 - b without the power t: right in the first step, and "
            "wrong in all later ones. What is the correction when t is large?",
        ),
        Mistake(
            "correction-multiplied",
            _adam(lambda m, s, t, b1, b2, eps, g: m * (1 - b1**t) / (np.sqrt(s * (1 - b2**t)) + eps)),
            "It looks as if the means are multiplied by the correction, so they become even smaller. Are "
            "they too large or too small at first?",
        ),
        Mistake(
            "mean-not-corrected",
            _adam(lambda m, s, t, b1, b2, eps, g: m / (np.sqrt(s / (1 - b2**t)) + eps)),
            "It looks as if only the mean square is corrected. Which other running mean started at 0?",
        ),
        Mistake(
            "mean-square-not-corrected",
            _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1**t) / (np.sqrt(s) + eps)),
            "It looks as if only the mean is corrected. Which other running mean started at 0?",
        ),
        Mistake(
            "corrections-swapped",
            (_adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b2**t) / (np.sqrt(s / (1 - b1**t)) + eps)),
             _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1**t) / (np.sqrt(s / (1 - b1**t)) + eps)),
             _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b2**t) / (np.sqrt(s / (1 - b2**t)) + eps))),
            "It looks as if a running mean is corrected with the decay of the other. Which of b1 and b2 was "
            "each of them computed with?",
        ),
        Mistake(
            "step-from-0",
            _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1 ** (t - 1)) / (np.sqrt(s / (1 - b2 ** (t - 1))) + eps)),
            "It looks as if the power is t - 1, which gives a division by 0 in the first step. Steps are "
            "counted from 1 here.",
        ),
        Mistake(
            "step-one-too-many",
            _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1 ** (t + 1)) / (np.sqrt(s / (1 - b2 ** (t + 1))) + eps)),
            "It looks as if the power is t + 1. The argument step is already counted from 1.",
        ),
        Mistake(
            "one-step-one-too-many",
            (_adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1 ** (t + 1)) / (np.sqrt(s / (1 - b2**t)) + eps)),
             _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1**t) / (np.sqrt(s / (1 - b2 ** (t + 1))) + eps))),
            "It looks as if one of the two corrections has the power t + 1. The argument step is already "
            "counted from 1.",
        ),
        Mistake(
            "nadam",
            _adam(lambda m, s, t, b1, b2, eps, g: (b1 * m + (1 - b1) * g) / (1 - b1**t) / (np.sqrt(s / (1 - b2**t)) + eps)),
            "It looks as if the step uses Nesterov's momentum, as Nadam does. Adam steps by the corrected "
            "mean.",
        ),
        Mistake(
            "times-step-not-power",
            (_adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1 * t) / (np.sqrt(np.abs(s / (1 - b2 * t))) + eps)),
             _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1 * t) / (np.sqrt(s / (1 - b2 * t)) + eps))),
            "It looks as if b is multiplied by the step. How do you write a power in Python?",
        ),
        Mistake(
            "power-outside-the-brackets",
            (_adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1) ** t / (np.sqrt(s / (1 - b2) ** t) + eps)),
             _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1) ** t / (np.sqrt(s / (1 - b2**t)) + eps)),
             _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1**t) / (np.sqrt(s / (1 - b2) ** t) + eps))),
            "It looks as if the power t belongs to the whole bracket. Of which number do you need the power, of b or of 1 - b?",
        ),
        Mistake(
            "root-forgotten",
            _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1**t) / (s / (1 - b2**t) + eps)),
            "It looks as if the root is missing: then twice the gradient gives half the step. What has the "
            "size of a gradient?",
        ),
        Mistake(
            "eps-inside-the-root",
            _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1**t) / np.sqrt(s / (1 - b2**t) + eps)),
            "It looks as if eps is added under the root, which is another way to define it. Here it is added "
            "outside the root.",
        ),
        Mistake(
            "eps-before-the-correction",
            _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1**t) * np.sqrt(1 - b2**t) / (np.sqrt(s) + eps)),
            "It looks as if eps is added before the mean square is corrected, as in a shorter form of "
            "Adam. Here the correction comes first.",
        ),
        Mistake(
            "eps-outside-the-brackets",
            (_adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1**t) / np.sqrt(s / (1 - b2**t)) + eps),
             _eps_after_all(1), _eps_after_all(-1)),
            "It looks as if eps is added after the division: brackets are missing. Which number should eps "
            "keep away from 0?",
        ),
        Mistake(
            "old-means-used",
            lambda p, g, m, s, t, rate, b1, b2, eps: (
                p - rate * _right(m, s, t, b1, b2, eps, g), b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g**2),
            "It looks as if the step is computed before the new means. Which means should it use?",
        ),
        Mistake(
            "eps-missing",
            _adam(lambda m, s, t, b1, b2, eps, g: m / (1 - b1**t) / np.sqrt(s / (1 - b2**t))),
            "It looks as if eps is not used. What happens to a number whose gradient is always 0?",
        ),
        Mistake(
            "new-value-in-full",
            (_adam(_right, mean=lambda m, g, b: b * m + g, square=lambda s, g, b: b * s + g**2),
             _adam(_right, mean=lambda m, g, b: b * m + g),
             _adam(_right, square=lambda s, g, b: b * s + g**2)),
            "It looks as if the new value has the weight 1. In a running mean the two weights sum to 1: what is the "
            "weight of the new value?",
        ),
        Mistake(
            "weights-swapped",
            (_adam(_right, lambda m, g, b: (1 - b) * m + b * g),
             _adam(_right, square=lambda s, g, b: (1 - b) * s + b * g**2),
             _adam(_right, lambda m, g, b: (1 - b) * m + b * g, lambda s, g, b: (1 - b) * s + b * g**2)),
            "It looks as if b and 1 - b are swapped in a running mean. With b = 0.9, which part has the "
            "weight 0.9?",
        ),
        Mistake(
            "b1-and-b2-swapped",
            lambda p, g, m, s, t, rate, b1, b2, eps: adam_step(p, g, m, s, t, rate, b2, b1, eps),
            "It looks as if b1 and b2 are swapped. Which belongs to the mean, and which to the mean square?",
        ),
        Mistake(
            "one-beta-for-both",
            (lambda p, g, m, s, t, rate, b1, b2, eps: adam_step(p, g, m, s, t, rate, b1, b1, eps),
             lambda p, g, m, s, t, rate, b1, b2, eps: adam_step(p, g, m, s, t, rate, b2, b2, eps)),
            "It looks as if both running means use the same b. Each has its own.",
        ),
        Mistake(
            "not-remembered",
            (lambda p, g, m, s, t, rate, b1, b2, eps: adam_step(p, g, 0 * m, 0 * s, 1, rate, b1, b2, eps),
             lambda p, g, m, s, t, rate, b1, b2, eps: adam_step(p, g, 0 * m, 0 * s, t, rate, b1, b2, eps)),
            "It looks as if the running means start from 0 in every step. Where are the old ones used?",
        ),
        Mistake(
            "corrected-means-kept",
            lambda p, g, m, s, t, rate, b1, b2, eps: (
                (r := adam_step(p, g, m, s, t, rate, b1, b2, eps))[0], r[1] / (1 - b1**t), r[2] / (1 - b2**t)),
            "The step is right, but the corrected means are returned, so the next step corrects them "
            "again. Which means should be returned?",
        ),
        Mistake(
            "not-squared",
            (_adam(_right, square=lambda s, g, b: b * s + (1 - b) * np.abs(g)),
             _adam(_right, square=lambda s, g, b: b * s + (1 - b) * g)),
            "It looks as if the gradient is not squared before it goes into the mean square.",
        ),
        Mistake(
            "mean-squared",
            lambda p, g, m, s, t, rate, b1, b2, eps: (
                lambda n, q: (p - rate * _right(n, q, t, b1, b2, eps, g), n, q))(b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * (b1 * m + (1 - b1) * g) ** 2),
            "It looks as if the mean square uses the square of the mean. It should use the square of the "
            "gradient.",
        ),
        Mistake(
            "gradient-not-mean",
            _adam(lambda m, s, t, b1, b2, eps, g: g / (np.sqrt(s / (1 - b2**t)) + eps)),
            "It looks as if the step uses the gradient itself, as RMSProp does. Where is the running mean "
            "used?",
        ),
        Mistake(
            "ascent",
            _adam(lambda *a: -_right(*a)),
            "It looks as if the step goes uphill. In which direction does the gradient point?",
        ),
        Mistake(
            "learning-rate-missing",
            lambda p, g, m, s, t, rate, b1, b2, eps: adam_step(p, g, m, s, t, 1.0, b1, b2, eps),
            "It looks as if the learning rate is not used. By what is the step multiplied?",
        ),
        Mistake(
            "states-swapped",
            lambda *a: (lambda p, m, s: (p, s, m))(*adam_step(*a)),
            "It looks as if the two running means are returned in the wrong order. The mean comes first.",
        ),
        Mistake(
            "mean-forgotten-in-the-answer",
            lambda *a: adam_step(*a)[0],
            "It looks as if only the parameter is returned. The next step needs both running means too.",
        ),
    ),
    hints=(
        "Keep two running means: one of the gradients and one of their squares. Correct both. The step is "
        "the mean divided by the root of the mean square.",
        "All arrays have one shape; step is a number from 1. With a constant gradient, every step is as "
        "long as the learning rate.",
        "m ← b1·m + (1 − b1)·g,  s ← b2·s + (1 − b2)·g²,  p ← p − rate · m/(1 − b1ᵗ) / (√(s/(1 − b2ᵗ)) + eps).",
        "def adam_step(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):\n    mean = ...\n"
        "    mean_square = ...\n    corrected = mean / ...\n    spread = np.sqrt(mean_square / ...)\n"
        "    return param - ..., mean, mean_square",
    ),
)  # fmt: skip

EXERCISES = (MOMENTUM_STEP, NESTEROV_STEP, RMSPROP_STEP, ADAM_STEP)
