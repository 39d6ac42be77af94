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


def _nesterov_loop(param, grad, velocity, learning_rate, momentum):
    param, velocity = param.copy(), velocity.copy()
    for at in np.ndindex(param.shape):
        velocity[at] = momentum * velocity[at] + grad[at]
        param[at] -= learning_rate * (grad[at] + momentum * velocity[at])
    return param, velocity


def _nesterov_expanded(param, grad, velocity, learning_rate, momentum):
    ahead = (1 + momentum) * grad + momentum**2 * velocity
    return [param - learning_rate * ahead, np.add(np.multiply(momentum, velocity), grad)]


def _nesterov_two_moves(param, grad, velocity, learning_rate, momentum):
    velocity = grad + momentum * velocity
    param = param - learning_rate * grad
    return param - learning_rate * momentum * velocity, velocity


def _rmsprop_loop(param, grad, mean_square, learning_rate, decay, eps):
    new, squares = np.empty_like(param), np.empty_like(param)
    for at in np.ndindex(param.shape):
        squares[at] = mean_square[at] * decay + grad[at] * grad[at] * (1 - decay)
        new[at] = param[at] - learning_rate * grad[at] / (squares[at] ** 0.5 + eps)
    return new, squares


def _rmsprop_in_place(param, grad, mean_square, learning_rate, decay, eps):
    squares = mean_square.copy()
    squares *= decay
    squares += (1 - decay) * np.square(grad)
    root = np.sqrt(squares)
    root += eps
    return [param - (learning_rate / root) * grad, squares]


def _rmsprop_towards(param, grad, mean_square, learning_rate, decay, eps):
    squares = mean_square + (1 - decay) * (np.power(grad, 2) - mean_square)
    return np.subtract(param, np.divide(learning_rate * grad, eps + squares**0.5)), squares


def _adam_loop(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
    new, mean, mean_square = param.copy(), mean.copy(), mean_square.copy()
    for at in np.ndindex(param.shape):
        mean[at] = b1 * mean[at] + (1 - b1) * grad[at]
        mean_square[at] = b2 * mean_square[at] + (1 - b2) * grad[at] ** 2
        m, s = mean[at] / (1 - b1**step), mean_square[at] / (1 - b2**step)
        new[at] = param[at] - learning_rate * m / (s**0.5 + eps)
    return new, mean, mean_square


def _adam_one_rate(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
    mean = mean + (1 - b1) * (grad - mean)
    mean_square = mean_square + (1 - b2) * (grad * grad - mean_square)
    root = np.sqrt(1 - b2**step)
    return [
        param - learning_rate * root / (1 - b1**step) * mean / (np.sqrt(mean_square) + eps * root),
        mean,
        mean_square,
    ]


def _adam_einsum(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
    weights = np.array([b1, 1 - b1]), np.array([b2, 1 - b2])
    mean = np.einsum("k,k...->...", weights[0], np.stack([mean, grad]))
    mean_square = np.einsum("k,k...->...", weights[1], np.stack([mean_square, grad**2]))
    fair = mean / -np.expm1(step * np.log(b1)), mean_square / -np.expm1(step * np.log(b2))
    return param - learning_rate * fair[0] / (np.sqrt(fair[1]) + eps), mean, mean_square


CORRECT = {
    "momentum_step": (_momentum_loop, _momentum_copy, _momentum_expanded),
    "nesterov_step": (_nesterov_loop, _nesterov_expanded, _nesterov_two_moves),
    "rmsprop_step": (_rmsprop_loop, _rmsprop_in_place, _rmsprop_towards),
    "adam_step": (_adam_loop, _adam_one_rate, _adam_einsum),
}
