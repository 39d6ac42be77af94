"""Correct programs for the topic `optimisers`: name of the exercise -> functions that must pass."""

import numpy as np


def _momentum_loop(param, grad, velocity, learning_rate, momentum):
    new_velocity, new_param = np.empty_like(velocity), np.empty_like(param)
    for at in np.ndindex(param.shape):
        new_velocity[at] = momentum * velocity[at] + grad[at]
        new_param[at] = param[at] - learning_rate * new_velocity[at]
    return new_param, new_velocity


def _momentum_copy(param, grad, velocity, learning_rate, momentum):
    velocity = velocity.copy()
    velocity *= momentum
    velocity += grad
    param = param.copy()
    param -= learning_rate * velocity
    return [param, velocity]


def _momentum_expanded(param, grad, velocity, learning_rate, momentum):
    step = learning_rate * momentum * velocity + learning_rate * grad
    return param - step, np.add(momentum * velocity, grad)


CORRECT = {
    "momentum_step": (_momentum_loop, _momentum_copy, _momentum_expanded),
}
