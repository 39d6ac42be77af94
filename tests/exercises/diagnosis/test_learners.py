"""Wrong answers as learners write them, each a kind of message that once was false, or had to be read twice."""

# ruff: noqa: E501 - a table of wrong programs

import re

import numpy as np
import pytest

from mlpkit.exercises import check, mine

from .test_traps import written

SAID = [
    # exercise, what the message says, what it does not say, line of the place (0: none), source
    # names of another library, and a comparison with one `=`
    ("accuracy", "NumPy has no `dim` there. It writes `axis=`", "help", 2, """
        def f(logits, labels):
            return (logits.argmax(dim=1) == labels).mean()
    """),
    ("softmax", "NumPy has no `exp` there. It writes `np.exp`", "misspelt", 2, """
        def f(logits):
            powers = (logits - logits.max(axis=1, keepdims=True)).exp()
            return powers / powers.sum(axis=1, keepdims=True)
    """),
    ("accuracy", "names an argument. Do you want to compare. That is `==`", "help", 3, """
        def f(logits, labels):
            guesses = logits.argmax(axis=1)
            return np.mean(guesses = labels)
    """),
    # an exception says what the learner can do
    ("one_hot", "Several numbers are put into the place of one", "different shapes", 4, """
        def f(labels, classes):
            rows = np.zeros(len(labels))
            for i, label in enumerate(labels):
                rows[i] = [1 if k == label else 0 for k in range(classes)]
            return rows
    """),
    ("relu", "`np.max` looks through one array. `np.maximum` compares two", "shapes one by one", 2, """
        def f(z):
            return np.max([z, 0])
    """),
    # what stopped the function comes before an argument that is not used yet
    ("split", "Round brackets call a function", "never uses", 3, """
        def f(images, labels, valid_size, rng):
            order = rng.permutation(len(labels))
            for_valid = order(valid_size)
            for_train = order - for_valid
            return for_train, for_valid
    """),
    ("init_params", "It never uses `rng`", "Call `help`", 4, """
        def f(sizes, rng):
            layers = []
            for fan_in, fan_out in zip(sizes, sizes[1:]):
                layers.append((mine.he_normal(fan_in, fan_out), np.zeros(fan_out)))
            return layers
    """),
    # two sides of an operation have their shapes alone; a turn that stopped is not the last of a known number
    ("affine", r"stopped at `inputs` \(5, 3\) \* `weights` \(3, 4\)", r"\) = \(", 2, """
        def f(inputs, weights, bias):
            return inputs * weights + bias
    """),
    ("forward", r"\(turn 2\)", "of 2", 5, """
        def f(layers, images):
            entered, a = [], images
            for i, (weights, bias) in enumerate(layers):
                entered.append(images)
                a = mine.affine(images, weights, bias)
                if i < len(layers):
                    a = mine.relu(a)
            return entered, a
    """),
    ("relu", "takes a condition and two values", "small example", 2, """
        def f(z):
            return np.where(z < 0, 0)
    """),
    ("relu", "compares two things. What is the second one", "help", 2, """
        def f(z):
            return np.maximum(z)
    """),
    ("softmax", "Are the brackets of a call missing", "small example", 3, """
        def f(logits):
            shifted = logits - logits.max(axis=1, keepdims=True)
            powers = np.exp ** shifted
            return powers / powers.sum(axis=1, keepdims=True)
    """),
    ("cross_entropy", "There are several names, but only one value", "Print what stands there", 2, """
        def f(logits, labels):
            picked = [mine.log_softmax(logits)[i, label] for i, label in labels]
            return -np.mean(picked)
    """),
    # a listed mistake is named only where the wrong answers agree with it too
    ("relu", "it raised ValueError.*Do you need an answer for each entry", "maximum for the whole array", 2, """
        def f(z):
            if z > 0:
                return z
            return 0
    """),
    ("forward", r"`x` \(5, 6\) @ `weights` \(7, 4\)", "transposed", 5, """
        def f(layers, images):
            entered, x = [images], images
            for weights, bias in layers[:-1]:
                # x stays what it was
                z = x @ weights + bias
                entered.append(np.maximum(z, 0))
            return entered, x @ layers[-1][0] + layers[-1][1]
    """),
    ("affine_backward", r"`weights.T` \(4, 3\) @ `dz` \(batch, fan_out\) = \(5, 4\)", "inputs and dz", 2, """
        def f(dz, inputs, weights):
            dinputs = weights.T @ dz
            return dinputs, inputs.T @ dz, dz.sum(axis=0)
    """),
    # None in one place of a list is not the answer
    ("backpropagate", r"value \[3\] is None", "it returned None", 8, """
        def f(tape, count):
            grads = [None] * count
            grads[-1] = 1.0
            for output, inputs, pull in reversed(tape):
                for number, grad in zip(inputs, pull(grads[output])):
                    grads[number] = grad if grads[number] is None else grads[number] + grad
            # what nobody uses stays None
            return grads
    """),
    ("backpropagate", "to the values 0, 1 and so on", "small example", 5, """
        def f(tape, count):
            grads = [0.0] * count
            grads[-1] = 1.0
            for output, inputs, pull in reversed(tape):
                for number, grad in enumerate(pull(grads[output])):
                    grads[number] += grad
            return grads
    """),
    # wrong numbers come before a number that stands for an array
    ("backpropagate", "to the values 0, 1 and so on", "one axis less", 0, """
        def f(tape, count):
            grads = [0.0] * count
            grads[count - 1] = 1.0
            for output, inputs, pull in tape[::-1]:
                pulled = pull(grads[output])
                for i in range(len(inputs)):
                    grads[i] = grads[i] + pulled[i]
            return grads
    """),
    # the draw in one branch is not to blame for the other
    ("init_params", "all numbers are 0", "come from line", 0, """
        def f(sizes, rng):
            layers = []
            for a, b in zip(sizes[:-1], sizes[1:]):
                if b == sizes[-1]:
                    weights = np.zeros((a, b))
                else:
                    weights = rng.normal(0, np.sqrt(2 / a), (a, b))
                layers.append((weights, np.zeros(b)))
            return layers
    """),
    # a bias is no piece that is cut; a list that is too short; numbers have values, not the shape ()
    ("init_params", "only one entry", "piece begins", 0, """
        def f(sizes, rng):
            return [(rng.normal(0, np.sqrt(2 / a), (a, b)), np.zeros(1)) for a, b in zip(sizes, sizes[1:])]
    """),
    ("init_params", r"list is shorter.*`i \+ 1` = 4", r"\(\)", 4, """
        def f(sizes, rng):
            layers = []
            for i in range(len(sizes)):
                shape = sizes[i], sizes[i + 1]
                layers.append((rng.normal(0, np.sqrt(2 / sizes[i]), shape), np.zeros(shape[1])))
            return layers
    """),
    ("batches", "pieces of one length only.*= 4", r"small example", 3, """
        def f(images, labels, batch_size, rng):
            order = rng.permutation(len(images))
            pieces = np.split(order, len(images) // batch_size)
            return [(images[p], labels[p]) for p in pieces]
    """),
    ("sgd_step", "no arithmetic", "small example", 4, """
        def f(layers, grads, learning_rate):
            new = []
            for layer, grad in zip(layers, grads):
                new.append(layer - learning_rate * grad)
            return new
    """),
    ("cross_entropy", "A function that this line calls got a tuple", "before the dot", 3, """
        def f(logits, labels):
            def loss(z):
                return z.max()
            return loss((logits, labels))
    """),
    ("numerical_gradient", "A function that this line calls cannot use its arguments", "small example", 4, """
        def f(f, x, eps):
            gradient = np.zeros(x.shape)
            for index in np.ndindex(x.shape):
                up = f(x[index] + eps)
                gradient[index] = (up - f(x[index] - eps)) / (2 * eps)
            return gradient
    """),
    # no noise for a number; the row that is told of is one that is wrong
    ("scale_pixels", r"row 1 is multiplied by 1\.0\d+", r"e-1\d|the sum", 4, """
        def f(images):
            rows = []
            for image in images:
                rows.append(((image - image.min()) / (image.max() - image.min())).ravel())
            return np.array(rows, dtype=np.float32)
    """),
    ("forward", "up to a factor that changes", r"e-1\d", 7, """
        def f(layers, images):
            entered, a = [], images
            for i, (w, b) in enumerate(layers):
                entered.append(a)
                a = a @ w + b
                if i < len(layers) - 1:
                    a = np.maximum(a, 0) / np.maximum(a, 0).max()
            return entered, a
    """),
    # what is thrown away is told beside the listed mistake, and marked
    ("scale_pixels", r"still bytes.*Line 3: `np.divide\(flat, 255\)` gives a new value", "By which number", 3, """
        def f(images):
            flat = images.reshape(len(images), -1).astype("float32")
            np.divide(flat, 255)
            return flat
    """),
    ("cross_entropy_backward", "Line 4: `p.*- 1` gives a new value", "Where is the true class", 4, """
        def f(logits, labels):
            e = np.exp(logits - logits.max(axis=1, keepdims=True))
            p = e / e.sum(axis=1, keepdims=True)
            p[np.arange(len(labels)), labels] - 1
            return p / len(labels)
    """),
    # the line of a trap is marked, not another one
    ("one_hot", "Line 4.*replaces `result`", "^$", 4, """
        def f(labels, classes):
            result = []
            for label in labels:
                result = [np.eye(classes)[label]]
            return np.array(result)
    """),
    ("one_hot", "goes into the first row", "^$", 4, """
        def f(labels, classes):
            rows, row = np.zeros((len(labels), classes)), 0
            for label in labels:
                rows[row, label] = 1
            return rows
    """),
    # words
    ("log_softmax", "are infinity, all in row 0", "They are in row", 3, """
        def f(logits):
            shifted = logits - logits.max(axis=1, keepdims=True)
            return np.log(np.exp(shifted)) / np.exp(shifted).sum(axis=1, keepdims=True)
    """),
    ("log_softmax", "shifted logits are added, not their powers", "infinity", 3, """
        def f(logits):
            shifted = logits - logits.max(axis=1, keepdims=True)
            total = np.exp(shifted.sum(axis=1, keepdims=True))
            return shifted - np.log(total)
    """),
    ("log_softmax", "shifted logits are added, not their powers", "right solutions", 3, """
        def f(logits):
            shifted = logits - logits.max(axis=1, keepdims=True)
            return shifted - np.log(np.exp(shifted)).sum(axis=1, keepdims=True)
    """),
    ("log_softmax", "logarithm of the sum is added", "right solutions", 3, """
        def f(logits):
            shifted = logits - logits.max(axis=1, keepdims=True)
            return shifted + np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    """),
    ("softmax", "in one place and not in the other", "infinity", 4, """
        def f(logits):
            shifted = logits - logits.max(axis=1, keepdims=True)
            powers = np.exp(shifted)
            return powers / np.exp(logits).sum(axis=1, keepdims=True)
    """),
    ("softmax", "maximum is added", "right solutions", 2, """
        def f(logits):
            shifted = logits + logits.max(axis=1, keepdims=True)
            powers = np.exp(shifted)
            return powers / powers.sum(axis=1, keepdims=True)
    """),
    ("scale_pixels", "not the number of images", "one axis less|the numbers are right", 2, """
        def f(images):
            rows = images.reshape(784, -1)
            return rows.astype(np.float32) / 255
    """),
    ("affine", "multiplied by the bias", "times one number", 2, """
        def f(inputs, weights, bias):
            return inputs @ weights * bias
    """),
    ("softmax", "or by a number that is always 1", "not divided by anything", 4, """
        def f(logits):
            shifted = logits - logits.max(axis=1, keepdims=True)
            powers = np.exp(shifted)
            return powers / powers.max(axis=1, keepdims=True)
    """),
    ("backward", "Only entry 4 is right", "Entries 4 are", 4, """
        def f(layers, entered, dlogits):
            grads, dz = [], dlogits
            for i in reversed(range(len(layers))):
                dw, db = entered[i].T @ dz, dz[0]
                grads.insert(0, (dw, db))
                dz = (dz @ layers[i][0].T) * (entered[i] > 0)
            return grads
    """),
    ("backward", "only the last layer is right; everything is right on a single layer", r"layer \[3\]", 7, """
        def f(layers, entered, dlogits):
            grads, dz = [], dlogits
            for i in range(len(layers) - 1, -1, -1):
                grads.append((entered[i].T @ dz, dz.sum(axis=0)))
                weights, bias = layers[i]
                da = dz @ weights.T
                dz = da * (da > 0) if i > 1 else da
            return grads[::-1]
    """),
    ("relu", "5 of 12 entries differ", "cosine", 0, """
        def f(z):
            out = np.zeros_like(z)
            for i in range(len(z)):
                if z[i, 0] > 0:
                    out[i] = z[i]
            return out
    """),
    ("sum_to_shape", "should be only one entry", "number stored", 6, """
        def f(grad, shape):
            if grad.ndim > len(shape):
                return grad.sum(axis=0)
            for axis in range(grad.ndim):
                if grad.shape[axis] != shape[axis]:
                    return grad.sum(axis=axis, keepdims=True)
            return grad
    """),
    # the place is where the fault is, not where its value is met again
    ("split", "what is right: the images|What is right: the images", "`images` .* is right", 4, """
        def f(images, labels, valid_size, rng):
            indices = rng.permutation(len(images))
            valid = indices[:valid_size]
            train = [i for i in range(len(images)) if i not in range(valid_size)]
            return (images[train], labels[train]), (images[valid], labels[valid])
    """),
    ("split", "nothing random decides", "print every step", 4, """
        def f(images, labels, valid_size, rng):
            order = rng.permutation(len(labels))
            for_valid = np.arange(valid_size)
            for_train = np.arange(valid_size, len(labels))
            return (images[for_train], labels[for_train]), (images[for_valid], labels[for_valid])
    """),
    ("one_hot", "always 10 columns", "print every step", 2, """
        def f(labels, classes):
            rows = np.zeros((len(labels), 10))
            rows[np.arange(len(labels)), labels] = 1
            return rows
    """),
    ("one_hot", "each example is a column", "print every step", 2, """
        def f(labels, classes):
            rows = np.zeros((classes, len(labels)))
            rows[labels, np.arange(len(labels))] = 1
            return rows
    """),
    ("forward", "the output of each layer", "print every step", 7, """
        def f(layers, images):
            entered, a = [], images
            for i, (weights, bias) in enumerate(layers):
                a = mine.affine(a, weights, bias)
                if i < len(layers) - 1:
                    a = mine.relu(a)
                entered.append(a)
            return entered, a
    """),
    ("forward", "from the last layer to the first", "print every step", 4, """
        def f(layers, images):
            entered, a = [], images
            for i, (weights, bias) in enumerate(layers):
                entered.insert(0, a)
                a = mine.affine(a, weights, bias)
                if i < len(layers) - 1:
                    a = mine.relu(a)
            return entered, a
    """),
    ("forward", "values from before relu", "print every step", 6, """
        def f(layers, images):
            entered, a = [images], images
            for i, (weights, bias) in enumerate(layers):
                z = mine.affine(a, weights, bias)
                if i < len(layers) - 1:
                    entered.append(z)
                    a = mine.relu(z)
            return entered, z
    """),
    ("affine_backward", "the right answer with rows and columns swapped", "not yet the answer", 2, """
        def f(dz, inputs, weights):
            dinputs = weights @ dz.T
            dweights = inputs.T @ dz
            dbias = dz.sum(axis=0)
            return dinputs, dweights, dbias
    """),
    ("rmsprop_step", "The loop is in line", "print every step", 4, """
        def f(param, grad, mean_square, learning_rate, decay, eps):
            new_param = param.copy()
            mean_square = decay * mean_square + (1 - decay) * grad**2
            for i in range(1, len(param)):
                new_param[i] -= learning_rate * grad[i] / (np.sqrt(mean_square[i]) + eps)
            return new_param, mean_square
    """),
    ("one_hot", "The loop is in line", "print every step", 3, """
        def f(labels, classes):
            rows = np.zeros((len(labels), classes))
            for i in range(1, classes):
                rows[labels == i, i] = 1
            return rows
    """),
    ("evaluate", "no right|but not `logits.max", "stored in it", 3, """
        def f(layers, images, labels):
            _, logits = mine.forward(layers, images)
            accuracy = (logits.max(axis=1) == labels).mean()
            return mine.cross_entropy(logits, labels), accuracy
    """),
    # nothing wrong is called right, and nothing right is doubted
    ("batches", "but not `images\\[chosen\\]`", "`chosen`.* right", 5, """
        def f(images, labels, batch_size, rng):
            order = rng.permutation(labels)
            for start in range(0, len(labels), batch_size):
                chosen = order[start:start + batch_size]
                yield images[chosen], labels[chosen]
    """),
    ("log_softmax", "in one place and not in the other", "are right|largest input", 3, """
        def f(logits):
            shifted = logits - logits.max(axis=1, keepdims=True)
            return shifted - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    """),
    ("log_softmax", "too, but not", "is right", 3, """
        def f(logits):
            s = logits - logits.max(axis=1, keepdims=True)
            return s * np.exp(s).sum(axis=1, keepdims=True)
    """),
    ("numerical_gradient", "right solutions have the value `up`", "and `up`", 6, """
        def f(f, x, eps):
            grad = np.zeros_like(x)
            for i in range(len(x)):
                up = x.copy()
                down = x.copy()
                up[i] += eps
                down[i] -= eps
                grad[i] = (f(up) - f(down)) / (2 * eps)
            return grad
    """),
    ("softmax", "A row sums to", "Only the zeros", 3, """
        def f(logits):
            p = np.exp(logits - logits.max(axis=1, keepdims=True))
            return p / p.sum(axis=0)
    """),
    ("he_normal", "The order of these arguments is mean", "negative numbers at all", 3, """
        def f(fan_in, fan_out, rng):
            std = np.sqrt(2 / fan_in)
            return rng.normal(std, size=(fan_in, fan_out))
    """),
    ("train_epoch", "A list of plain numbers", "The order is", 9, """
        def f(layers, images, labels, batch_size, learning_rate, rng):
            losses, order = [], rng.permutation(len(labels))
            for start in range(0, len(labels), batch_size):
                x, y = images[order[start:start + batch_size]], labels[order[start:start + batch_size]]
                entered, logits = mine.forward(layers, x)
                losses.append(mine.cross_entropy(logits, y))
                grads = mine.backward(layers, entered, mine.cross_entropy_backward(logits, y))
                layers = mine.sgd_step(layers, grads, learning_rate)
            return layers, np.mean(losses)
    """),
    ("init_params", "200 are needed", "maximum", 4, """
        def f(sizes, rng):
            layers = []
            for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
                layers.append((mine.he_normal(fan_in, fan_out, rng), 0))
            return layers
    """),
    ("accuracy", "but not", "right value on the way", 3, """
        def f(logits, labels):
            guesses = logits.argmax(axis=1)
            return (guesses == labels).all()
    """),
    # two listed mistakes in another form
    ("one_hot", "classes are counted from 1", "bytes", 3, """
        def f(labels, classes):
            rows = np.zeros((len(labels), classes))
            rows[np.arange(len(labels)), labels - 1] = 1
            return rows
    """),
    ("numerical_gradient", "a number stays changed", "`up` .* is right", 7, """
        def f(f, x, eps):
            grad = np.zeros(x.shape)
            up, down = x.copy(), x.copy()
            for index in np.ndindex(x.shape):
                up[index] += eps
                down[index] -= eps
                grad[index] = (f(up) - f(down)) / (2 * eps)
            return grad
    """),
    ("backward", "a gate is applied to dlogits too", "by hand", 0, """
        def f(layers, entered, dlogits):
            grads, dz = [], dlogits
            for i in reversed(range(len(layers))):
                dz = mine.relu_backward(dz, entered[i] @ layers[i][0] + layers[i][1])
                dz, dW, db = mine.affine_backward(dz, entered[i], layers[i][0])
                grads.insert(0, (dW, db))
            return grads
    """),
    ("train_epoch", "images and labels are shuffled separately", "is its own loss stored", 0, """
        def f(layers, images, labels, batch_size, learning_rate, rng):
            losses, order = [], rng.permutation(len(labels))
            images = images[rng.permutation(len(labels))]
            labels = labels[order]
            for start in range(0, len(labels), batch_size):
                x, y = images[start:start + batch_size], labels[start:start + batch_size]
                entered, logits = mine.forward(layers, x)
                losses.append(mine.cross_entropy(logits, y))
                grads = mine.backward(layers, entered, mine.cross_entropy_backward(logits, y))
                layers = mine.sgd_step(layers, grads, learning_rate)
            return layers, losses
    """),
    ("train_epoch", "images and labels are shuffled separately", "is its own loss stored", 0, """
        def f(layers, images, labels, batch_size, learning_rate, rng):
            losses = []
            rng.shuffle(images)
            rng.shuffle(labels)
            for start in range(0, len(labels), batch_size):
                x, y = images[start:start + batch_size], labels[start:start + batch_size]
                entered, logits = mine.forward(layers, x)
                losses.append(mine.cross_entropy(logits, y))
                grads = mine.backward(layers, entered, mine.cross_entropy_backward(logits, y))
                layers = mine.sgd_step(layers, grads, learning_rate)
            return layers, losses
    """),
    # errors: which name, which function, which argument
    ("accuracy", "Python's `max` cannot compare arrays", "`if`", 2, """
        def f(logits, labels):
            guesses = max(logits)
            return np.mean(guesses == labels)
    """),
    ("accuracy", "names an argument", "has no axis", 3, """
        def f(logits, labels):
            guesses = logits.argmax(axis=1)
            return sum(guesses = labels) / len(labels)
    """),
    ("softmax", "Python's `max`", "Your columns", 2, """
        def f(logits):
            powers = np.exp(logits - max(logits))
            return powers / sum(powers)
    """),
    ("he_normal", "Write `np.sqrt`", "misspelt", 2, """
        def f(fan_in, fan_out, rng):
            std = sqrt(2 / fan_in)
            return rng.normal(0, std, (fan_in, fan_out))
    """),
    ("he_normal", "the shape as one argument", "help", 3, """
        def f(fan_in, fan_out, rng):
            std = np.sqrt(2 / fan_in)
            return rng.normal(0, std, fan_in, fan_out)
    """),
    ("evaluate", "Write `mine.accuracy`", "misspelt", 3, """
        def f(layers, images, labels):
            _, logits = mine.forward(layers, images)
            return mine.cross_entropy(logits, labels), accuracy(logits, labels)
    """),
    ("scale_pixels", "For another shape there is `reshape`", "small example", 2, """
        def f(images):
            return images.view(len(images), -1) / 255
    """),
    ("sum_to_shape", "`len` gives the number of entries", "small example", 2, """
        def f(grad, shape):
            while grad.ndim > shape:
                grad = grad.sum(axis=0)
            for axis, size in enumerate(shape):
                if size == 1:
                    grad = grad.sum(axis=axis, keepdims=True)
            return grad
    """),
    ("backward", "cannot use its arguments", "below each factor", 5, """
        def f(layers, entered, dlogits):
            grads, dz = [], dlogits
            for i in reversed(range(len(layers))):
                weights, bias = layers[i]
                dinputs, dW, db = mine.affine_backward(dz, weights, entered[i])
                grads.insert(0, (dW, db))
                dz = dinputs * (entered[i] > 0)
            return grads
    """),
    # a helper that works in place is no value that is thrown away
    ("softmax", "In `normalise`, line 4", "not stored", 4, """
        def normalise(row):
            row -= row.max()
            np.exp(row, out=row)
            row /= row.mean()

        def f(logits):
            out = logits.copy()
            for row in out:
                normalise(row)
            return out
    """),
    ("one_hot", "a 1 at the labels of all rows", "not stored", 2, """
        def fill(rows, labels):
            rows[:, labels] = 1

        def f(labels, classes):
            rows = np.zeros((len(labels), classes))
            fill(rows, labels)
            return rows
    """),
    ("one_hot", "In `fill`, line 3", "not stored", 3, """
        def fill(rows, labels):
            for i in range(len(labels)):
                rows[i, labels[i - 1]] = 1

        def f(labels, classes):
            rows = np.zeros((len(labels), classes))
            fill(rows, labels)
            return rows
    """),
    ("relu", "In `clip`, line 2", "not stored", 2, """
        def clip(a):
            a[a < 0] *= 0.5

        def f(z):
            out = z.copy()
            clip(out)
            return out
    """),
    ("affine_backward", "In `add_rows`, line 3", "not stored", 3, """
        def add_rows(total, dz):
            for row in dz[1:]:
                total += row

        def f(dz, inputs, weights):
            dbias = np.zeros(dz.shape[1])
            add_rows(dbias, dz)
            return dz @ weights.T, inputs.T @ dz, dbias
    """),
    ("sgd_step", "the layers of the input changed", "not stored", 3, """
        def update(w, dw, rate):
            w -= rate * dw

        def f(layers, grads, learning_rate):
            for (w, b), (dw, db) in zip(layers, grads):
                update(w, dw, learning_rate)
                update(b, db, learning_rate)
            return layers
    """),
    ("relu", "Line 2 writes into it", "Look for", 2, """
        def cut(a):
            a[a < 0] = 0

        def f(z):
            cut(z)
            return z
    """),
    ("batches", "Their lengths are", "Python's `min`", 5, """
        def f(images, labels, batch_size, rng):
            order, count = rng.permutation(len(labels)), images.shape[0]
            for s in range(0, count, batch_size):
                stop = min(s + batch_size, count - 1)
                yield images[order[s:stop]], labels[order[s:stop]]
    """),
    # a step that is left out is missing where the value is used; an empty slice is no right value
    ("adam_step", "the root is missing", "print every step", 6, """
        def f(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
            mean = b1 * mean + (1 - b1) * grad
            mean_square = b2 * mean_square + (1 - b2) * grad**2
            m = mean / (1 - b1**step)
            s = mean_square / (1 - b2**step)
            return param - learning_rate * m / (s + eps), mean, mean_square
    """),
    ("softmax", "one maximum of the whole array", "print every step", 2, """
        def f(logits):
            p = np.exp(logits - logits.max())
            return p / p.sum(axis=1, keepdims=True)
    """),
    ("train_epoch", r"`order\[start:batch_size\]`", "the values? of `logits`", 4, """
        def f(layers, images, labels, batch_size, learning_rate, rng):
            losses, order = [], rng.permutation(len(labels))
            for start in range(0, len(labels), batch_size):
                b = order[start:batch_size]
                x, y = images[b], labels[b]
                entered, logits = mine.forward(layers, x)
                losses.append(mine.cross_entropy(logits, y))
                grads = mine.backward(layers, entered, mine.cross_entropy_backward(logits, y))
                layers = mine.sgd_step(layers, grads, learning_rate)
            return layers, losses
    """),
    # brackets that are missing, and one fault in two lines
    ("adam_step", "brackets are missing", "print every step", 6, """
        def f(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
            mean = b1 * mean + (1 - b1) * grad
            mean_square = b2 * mean_square + (1 - b2) * grad**2
            m = mean / (1 - b1**step)
            s = mean_square / (1 - b2**step)
            param = param - learning_rate * m / np.sqrt(s) + eps
            return param, mean, mean_square
    """),
    ("adam_step", "the decay of the other", "not only a factor", 4, """
        def f(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
            mean = b1 * mean + (1 - b1) * grad
            mean_square = b2 * mean_square + (1 - b2) * grad**2
            m = mean / (1 - b2**step)
            s = mean_square / (1 - b1**step)
            param = param - learning_rate * m / (np.sqrt(s) + eps)
            return param, mean, mean_square
    """),
    ("nesterov_step", "brackets are missing", "by other factors", 3, """
        def f(param, grad, velocity, learning_rate, momentum):
            velocity = momentum * velocity + grad
            param = param - learning_rate * grad + momentum * velocity
            return param, velocity
    """),
    # an axis that has the length of another one is not one too long
    ("relu_backward", "4 is the length of `batch`", "longer by one", 2, """
        def f(da, z):
            return np.dot(da, (z > 0).T)
    """),
    # one part of the answer is as if two inputs had changed places, another is not
    ("adam_step", "for such inputs `mean_square` is right", "the numbers are right", 3, """
        def f(param, grad, mean, mean_square, step, rate, b1, b2, eps):
            mean = b1 * mean + (1 - b1) * grad
            mean_square = b1 * mean_square + (1 - b1) * grad**2
            spread = np.sqrt(mean_square / (1 - b2**step)) + eps
            return param - rate * mean / (1 - b1**step) / spread, mean, mean_square
    """),
    # no other part of the answer is one number: the order is not the fault
    ("train_epoch", "A list of plain numbers is needed", "The order is", 2, """
        def f(layers, images, labels, batch_size, learning_rate, rng):
            losses = [learning_rate * image.sum() for image in images[rng.permutation(len(labels))]]
            return layers, np.mean(losses[::batch_size])
    """),
    # the labels pick as in a right program: what was clipped before is the place
    ("cross_entropy", "a small number is added, or is a lower limit", "labels pick", 3, """
        def f(logits, labels):
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            clipped = np.clip(powers / powers.sum(axis=1, keepdims=True), 1e-7, 1 - 1e-7)
            picked = clipped[range(len(labels)), labels]
            return np.mean(-np.log(picked))
    """),
    # Python's max of two numbers is right, and a function of one's own may give nothing back
    ("relu", "one axis less", "two arguments as a whole", 6, """
        def f(z):
            out = []
            for row in z:
                for v in row:
                    out.append(max(0, v))
            return np.array(out)
    """),
    ("backpropagate", "is too large there", "not stored", 9, """
        def f(tape, count):
            grads = [0.0] * count
            made = {output: (inputs, pull) for output, inputs, pull in tape}

            def visit(number, grad):
                grads[number] = grads[number] + grad
                if number in made:
                    inputs, pull = made[number]
                    for i, g in zip(inputs, pull(grads[number])):
                        visit(i, g)

            visit(count - 1, 1.0)
            return grads
    """),
    # without a loop, no loop ends too early
    ("backward", "No loop makes them", "does the loop", 4, """
        def f(layers, entered, dlogits):
            last = entered[-1].T @ dlogits, dlogits.sum(axis=0)
            dz = (dlogits @ layers[-1][0].T) * (entered[-1] > 0)
            return [(entered[0].T @ dz, dz.sum(axis=0)), last]
    """),
    # of two wrong parts that begin in one line, the one that is returned there says where
    ("adam_step", r"`mean \+ \(1 - b1\) \* grad`", "Line 4", 2, """
        def f(param, grad, mean, mean_square, step, rate, b1, b2, eps):
            mean = mean + (1 - b1) * grad
            mean_square = mean_square + (1 - b2) * grad**2
            spread = np.sqrt(mean_square / (1 - b2**step)) + eps
            return param - rate * mean / (1 - b1**step) / spread, mean, mean_square
    """),
    # the line that puts the parts in a wrong order is the place, and not the one that makes them
    ("sgd_step", "right parts, in another order", "all bias", 6, """
        def f(layers, grads, rate):
            weights, biases = zip(*layers)
            dweights, dbiases = zip(*grads)
            weights = [w - rate * d for w, d in zip(weights, dweights)]
            biases = [b - rate * d for b, d in zip(biases, dbiases)]
            return weights, biases
    """),
    # what is certain is not told with "perhaps"
    ("evaluate", "One possibility: the accuracy is right", "Perhaps the accuracy is right", 9, """
        def f(layers, images, labels):
            total, hits = 0.0, 0
            for s in range(0, len(labels), 100):
                x, y = images[s : s + 100], labels[s : s + 100]
                for w, b in layers[:-1]:
                    x = np.maximum(x @ w + b, 0)
                x = x @ layers[-1][0] + layers[-1][1]
                losses = np.logaddexp.reduce(x, axis=1) - x[np.arange(len(y)), y]
                total += losses.mean()
                hits += (x.argmax(axis=1) == y).sum()
            return total / len(labels), hits / len(labels)
    """),
    # whole numbers, and zeros that are returned
    ("relu", "makes an array of whole numbers", "one too many", 2, """
        def f(z):
            out = np.zeros(z.shape, dtype=int)
            out[z > 0] = z[z > 0]
            return out
    """),
    ("relu", "comes from line 4", "equal", 4, """
        def f(z):
            if (z > 0).all():
                return z
            return np.zeros_like(z)
    """),
    # a number of a default argument is no reason to say nothing
    ("adam_step", r"`grad \+ decay \* param`", "Line 3", 2, """
        def f(param, grad, mean, mean_square, step, rate, b1, b2, eps, decay=0.01):
            grad = grad + decay * param
            mean = b1 * mean + (1 - b1) * grad
            mean_square = b2 * mean_square + (1 - b2) * grad**2
            spread = np.sqrt(mean_square / (1 - b2**step)) + eps
            return param - rate * mean / (1 - b1**step) / spread, mean, mean_square
    """),
    # on the smallest case all is 0 by chance
    ("relu_backward", r"`z.mean\(axis=0\)`", "work", 2, """
        def f(da, z):
            return da * (z.mean(axis=0) > 0)
    """),
    # rows that a loop does not reach
    ("one_hot", "The loop is in line 3", "print every step", 3, """
        def f(labels, classes):
            y = np.zeros((len(labels), classes))
            for i, label in zip(range(classes), labels):
                y[i, label] = 1
            return y
    """),
    # a row of maxima beside a whole array is no column beside a row
    ("softmax", "no right solution has", "beside a row", 2, """
        def f(logits):
            return (logits == logits.max(axis=1, keepdims=True)).astype(float)
    """),
    # an array and a number: the shape is not the fault
    ("cross_entropy_backward", "labels.* were one less", "has shape", 4, """
        def f(logits, labels):
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            p = powers / powers.sum(axis=1, keepdims=True)
            p[np.arange(len(p)), labels - 1] -= 1
            return p / len(p)
    """),
    # of two cases, a plain word
    ("cross_entropy", "too small in both cases", "all 2", 7, """
        def f(logits, labels):
            shifted = logits - logits.max(axis=1, keepdims=True)
            log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
            loss = 0
            for k, y in enumerate(labels[: logits.shape[1]]):
                loss -= log_p[k, y]
            return loss / len(labels)
    """),
    # the other end of the list, and pairs that are not put together
    ("init_params", "turns the order round", "Which line", 4, """
        def f(sizes, rng):
            layers = []
            for a, b in zip(sizes, sizes[1:]):
                layers.insert(0, (rng.normal(0, np.sqrt(2 / a), (a, b)), np.zeros(b)))
            return layers
    """),
    ("batches", "one after another in one long list", "leave out", 4, """
        def f(images, labels, batch_size, rng):
            order = rng.permutation(len(labels))
            for i in range(0, len(labels), batch_size):
                yield images[order[i : i + batch_size]]
                yield labels[order[i : i + batch_size]]
    """),
    # rows that are one list: more than a listed mistake, the reason for it
    ("one_hot", "holds the same object several times", "whole columns", 2, """
        def f(labels, classes):
            rows = [[0] * classes] * len(labels)
            for i, label in enumerate(labels):
                rows[i][label] = 1
            return np.array(rows)
    """),
    # a slice that is empty at once is no loop that goes too far
    ("split", r"`order\[n:\]` has shape \(0,\), expected \(12,\)", "further before", 4, """
        def f(images, labels, valid_size, rng):
            order = rng.permutation(len(labels))
            n = int(len(labels) * valid_size)
            for_valid, for_train = order[:n], order[n:]
            return (images[for_train], labels[for_train]), (images[for_valid], labels[for_valid])
    """),
    # the loop and its `return`, and the largest number of a whole array
    ("accuracy", "first turn that reaches it, or returns None", "Does every branch|right value", 6, """
        def f(logits, labels):
            right = 0
            for i in range(len(labels)):
                if logits[i].argmax() == labels[i]:
                    right += 1
                    return right / len(labels)
    """),
    ("relu", "`np.max` gives its largest number. `np.maximum`", "one axis less|return another", 2, """
        def f(z):
            return np.max(z)
    """),
    # the value that is wrong is marked, not the line that uses it
    ("cross_entropy_backward", "whole columns", "print every step", 3, """
        def f(logits, labels):
            dlogits = mine.softmax(logits)
            dlogits[:, labels] -= 1
            return dlogits / len(labels)
    """),
    ("cross_entropy_backward", "a logarithm is still there. .*Line 2: right solutions have another value than `mine.log_softmax", "have the values", 2, """
        def f(logits, labels):
            p = mine.log_softmax(logits)
            return (p - np.eye(logits.shape[1])[labels]) / len(labels)
    """),
    ("forward", "relu is applied to the logits too", "print every step", 6, """
        def f(layers, images):
            entered, a = [], images
            for i, (weights, bias) in enumerate(layers):
                entered.append(a)
                a = mine.affine(a, weights, bias)
                a = mine.relu(a)
            return entered, a
    """),
    # a function of the course that stopped: which argument is wrong, or which two do not fit
    ("train_epoch", r"`loss` is one number, but `dlogits`, an array \(batch, classes\), is needed", "with `layers`", 7, """
        def f(layers, images, labels, batch_size, learning_rate, rng):
            losses, order = [], rng.permutation(len(labels))
            for start in range(0, len(labels), batch_size):
                batch = order[start : start + batch_size]
                entered, logits = mine.forward(layers, images[batch])
                loss = mine.cross_entropy(logits, labels[batch])
                grads = mine.backward(layers, entered, loss)
                losses.append(loss)
                layers = mine.sgd_step(layers, grads, learning_rate)
            return layers, losses
    """),
    ("train_epoch", "`dlogits` is an array of shape .*, but `grads`, a list, is needed", "unpacked", 7, """
        def f(layers, images, labels, batch_size, learning_rate, rng):
            losses, order = [], rng.permutation(len(labels))
            for start in range(0, len(labels), batch_size):
                batch = order[start : start + batch_size]
                entered, logits = mine.forward(layers, images[batch])
                dlogits = mine.cross_entropy_backward(logits, labels[batch])
                layers = mine.sgd_step(layers, dlogits, learning_rate)
                losses.append(mine.cross_entropy(logits, labels[batch]))
            return layers, losses
    """),
    ("evaluate", r"`guesses` is an array of shape \(7,\), but `logits`, an array", "Axes are counted", 4, """
        def f(layers, images, labels):
            entered, logits = mine.forward(layers, images)
            guesses = logits.argmax(axis=1)
            return mine.cross_entropy(guesses, labels), mine.accuracy(logits, labels)
    """),
    ("forward", r"`images` is \(batch, fan_in\) = \(5, 6\), but `weights` is \(fan_in, fan_out\) = \(7, 4\)", "with `images`", 5, """
        def f(layers, images):
            entered, a = [], images
            for i, (weights, bias) in enumerate(layers):
                entered.append(a)
                a = mine.affine(images, weights, bias)
                a = mine.relu(a) if i < len(layers) - 1 else a
            return entered, a
    """),
    ("evaluate", "^(?!.*`logits`, an array).*but an array .* is needed there", "two names", 3, """
        def f(layers, images, labels):
            logits = mine.forward(layers, images)[1].argmax(axis=1)
            return mine.cross_entropy(logits, labels), 0.0
    """),
    # each part is told once; an error on another case is named
    ("cross_entropy_backward", "line 3 raised IndexError: it stopped at", r"\(7, 10\), `dlogits`", 3, """
        def f(logits, labels):
            dlogits = mine.softmax(logits)
            dlogits[labels] -= 1
            return dlogits / len(labels)
    """),
    # what a loop puts into the list is the place, not the line that returns the list
    ("init_params", "It comes from line 5: `bias = 0`", "return", 5, """
        def f(sizes, rng):
            layers = []
            for fan_in, fan_out in zip(sizes, sizes[1:]):
                weights = mine.he_normal(fan_in, fan_out, rng)
                bias = 0
                layers.append((weights, bias))
            return layers
    """),
    ("init_params", "It comes from line 4", "return", 4, """
        def f(sizes, rng):
            layers = []
            for fan_in, fan_out in zip(sizes, sizes[1:]):
                layers.append([mine.he_normal(fan_in, fan_out, rng) + np.zeros(fan_out)])
            return layers
    """),
    ("forward", "There is one axis less than expected. ", "look at each|return", 4, """
        def f(layers, images):
            entered, a = [], images
            for i, (weights, bias) in enumerate(layers):
                entered.append(i)
                a = mine.affine(a, weights, bias)
                a = mine.relu(a) if i < len(layers) - 1 else a
            return entered, a
    """),
    # a length that is written as a number; only what stands in the source is to be looked at
    ("init_params", "The number 784 stands in the source", "factors|axis", 0, """
        def f(sizes, rng):
            return [(mine.he_normal(784, 256, rng), np.zeros(b)) for a, b in zip(sizes, sizes[1:])]
    """),
    # words
    ("he_normal", "It never uses `fan_out` and `rng`. Where are they needed", "is it", 0, """
        def f(fan_in, fan_out, rng):
            return np.sqrt(2 / fan_in)
    """),
    ("numerical_gradient", r"expected an array of shape \(3,\)", "shape shape", 6, """
        def f(f, x, eps):
            for index in np.ndindex(x.shape):
                up, down = x.copy(), x.copy()
                up[index] += eps
                down[index] -= eps
                gradient = (f(up) - f(down)) / (2 * eps)
            return gradient
    """),
    ("backpropagate", "expected one number", r"\(\) = \(\)", 6, """
        def f(tape, count):
            grads = [np.zeros(1) for _ in range(count)]
            grads[-1] = np.ones(1)
            for output, inputs, pull in reversed(tape):
                for number, grad in zip(inputs, pull(grads[output])):
                    grads[number] = grads[number] + grad
            return grads
    """),
    # a sign alone is no fault; an image that is picked otherwise is none either
    ("glorot_uniform", "Line 2: right solutions change `2 / ", "value `-limit`", 2, """
        def f(fan_in, fan_out, rng):
            limit = 2 / (fan_in + fan_out)
            return rng.uniform(-limit, limit, (fan_in, fan_out))
    """),
    ("split", "one axis less", "further before", 0, """
        def f(images, labels, valid_size, rng):
            order = rng.permutation(len(labels))
            for_valid = (images[order][valid_size], labels[order][valid_size])
            for_train = (images[order][-valid_size], labels[order][-valid_size])
            return for_train, for_valid
    """),
    # powers that are all 0 come from what stands before them; each of two wrong powers is to blame
    ("softmax", "1000 is subtracted from every row", "value `powers`", 2, """
        def f(logits):
            shifted = logits - 1000
            powers = np.exp(shifted)
            return powers / powers.sum(axis=1, keepdims=True)
    """),
    ("backpropagate", "is read before the others", "stored in line", 0, """
        def f(tape, count):
            grads = [0.0] * count
            grads[-1] = 1.0
            for i in range(len(tape)):
                output, inputs, pull = tape[-i]
                for number, grad in zip(inputs, pull(grads[output])):
                    grads[number] += grad
            return grads
    """),
    ("cross_entropy", "counts the wrong classes", "right solutions", 4, """
        def f(logits, labels):
            p = mine.softmax(logits)
            y = mine.one_hot(labels, logits.shape[1])
            return -np.mean(y * np.log(p))
    """),
    ("cross_entropy", "The formula is right, but a probability of e.-1000", "right solutions", 4, """
        def f(logits, labels):
            p = mine.softmax(logits)
            y = mine.one_hot(labels, logits.shape[1])
            return -np.sum(y * np.log(p)) / len(labels)
    """),
    ("cross_entropy_backward", "only the 1 that is subtracted is divided", "right solutions", 4, """
        def f(logits, labels):
            p = mine.softmax(logits)
            y = mine.one_hot(labels, logits.shape[1])
            return p - y / len(labels)
    """),
    ("adam_step", "the power is t . 1", "print every step", 4, """
        def f(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
            mean = b1 * mean + (1 - b1) * grad
            mean_square = b2 * mean_square + (1 - b2) * grad**2
            m = mean / (1 - b1 ** (step + 1))
            s = mean_square / (1 - b2 ** (step + 1))
            return param - learning_rate * m / (np.sqrt(s) + eps), mean, mean_square
    """),
    ("accuracy", "the label of any row", "return another", 0, """
        def f(logits, labels):
            guesses = [row.argmax() for row in logits]
            count = 0
            for g in guesses:
                if g in labels:
                    count += 1
            return count / len(guesses)
    """),
    # a value that stands in the place of another; a number that looks like a rounding
    ("forward", "`weights` is not the right value there; `images` in line 2 is", "is wrong there|factors", 4, """
        def f(layers, images):
            entered, a = [], images
            for i, (weights, bias) in enumerate(layers):
                entered.append(weights)
                a = mine.affine(a, weights, bias)
                a = mine.relu(a) if i < len(layers) - 1 else a
            return entered, a
    """),
    ("sgd_step", r"at \[5\] is 0.6761, expected 0.7257", "0.5266", 4, """
        def f(layers, grads, learning_rate):
            stepped = []
            for (weights, bias), (dweights, dbias) in zip(layers, grads):
                stepped.append((weights - learning_rate * dweights, bias))
            return stepped
    """),
    # the line that stores the values, not the loop
    ("backpropagate", "are stored in line 6", "fault begins", 6, """
        def f(tape, count):
            grads = [0.0] * count
            grads[-1] = 1.0
            for output, inputs, pull in reversed(tape):
                for number, grad in zip(inputs, pull(grads[output])):
                    grads[number] = grads[number] * grad
            return grads
    """),
    ("train_epoch", "Line 9 stores one more value in the same turn", "The loop is in", 9, """
        def f(layers, images, labels, batch_size, learning_rate, rng):
            losses, order = [], rng.permutation(len(labels))
            for start in range(0, len(labels), batch_size):
                batch = order[start : start + batch_size]
                entered, logits = mine.forward(layers, images[batch])
                losses.append(mine.cross_entropy(logits, labels[batch]))
                dlogits = mine.cross_entropy_backward(logits, labels[batch])
                layers = mine.sgd_step(layers, mine.backward(layers, entered, dlogits), learning_rate)
                losses.append(mine.cross_entropy(logits, labels[batch]))
            return layers, losses
    """),
    # what is called, and by which name
    ("he_normal", "A generator is no function", "square brackets", 2, """
        def f(fan_in, fan_out, rng):
            return rng(0, np.sqrt(2 / fan_in), (fan_in, fan_out))
    """),
    ("scale_pixels", "`astype` makes an array of another type", "square brackets", 2, """
        def f(images):
            return images.reshape(len(images), -1).dtype(np.float32) / 255
    """),
    ("scale_pixels", "Take it from `images.shape`", "its cell not yet run", 2, """
        def f(images):
            return images.reshape(n, -1) / 255
    """),
    ("numerical_gradient", "is one number, but `f` needs a whole array", "small example", 4, """
        def f(f, x, eps):
            gradient = np.zeros(x.shape)
            for index in np.ndindex(x.shape):
                gradient[index] = (f(x[index] + eps) - f(x[index] - eps)) / (2 * eps)
            return gradient
    """),
    ("sgd_step", "NumPy has no `sub_` there. It writes `-`", "small example", 3, """
        def f(layers, grads, learning_rate):
            for (w, b), (dw, db) in zip(layers, grads):
                w.sub_(learning_rate * dw)
                b.sub_(learning_rate * db)
            return layers
    """),
    ("softmax", "Return the numbers as they are", "one too many", 3, """
        def f(logits):
            powers = np.exp(logits - logits.max(axis=1, keepdims=True))
            return (powers / powers.sum(axis=1, keepdims=True)).round(3)
    """),
    ("backward", "`append` or `insert` adds one", "small example", 4, """
        def f(layers, entered, dlogits):
            grads, dz = [], dlogits
            for i in reversed(range(len(layers))):
                grads[i] = (entered[i].T @ dz, dz.sum(axis=0))
                dz = (dz @ layers[i][0].T) * (entered[i] > 0)
            return grads
    """),
    # the wrong line itself, not the right one before or after it
    ("cross_entropy_backward", "the true class is replaced", "print every step", 4, """
        def f(logits, labels):
            n = len(labels)
            dlogits = mine.softmax(logits)
            dlogits[np.arange(n), labels] = -1
            return dlogits / n
    """),
    ("forward", "relu is missing before the last layer", "print every step", 6, """
        def f(layers, images):
            entered, a = [], images
            for i, (weights, bias) in enumerate(layers):
                entered.append(a)
                a = mine.affine(a, weights, bias)
                if i < len(layers) - 2:
                    a = mine.relu(a)
            return entered, a
    """),
    # an entry that a function reads is a use; the kind of value that came is named
    ("numerical_gradient", "`up.index.` is one number, but `f` needs", "never used", 6, """
        def f(f, x, eps):
            gradient = np.zeros(x.shape)
            for index in np.ndindex(x.shape):
                up = x.copy()
                up[index] += eps
                gradient[index] = (f(up[index]) - f(x[index])) / eps
            return gradient
    """),
    ("backward", "`layers.i.` is a tuple, but", "is a list", 4, """
        def f(layers, entered, dlogits):
            grads, dz = [], dlogits
            for i in reversed(range(len(layers))):
                dz, dw, db = mine.affine_backward(dz, entered[i], layers[i])
                grads.insert(0, (dw, db))
            return grads
    """),
    # the model's own line is no place
    ("he_normal", "the variance is given", "print every step", 2, """
        def f(fan_in, fan_out, rng):
            std = 2 / fan_in
            return rng.normal(0, std, (fan_in, fan_out))
    """),
    ("batches", "nothing is shuffled", "print every step", 0, """
        def f(images, labels, batch_size, rng):
            order = range(len(labels))
            for start in range(0, len(labels), batch_size):
                chosen = order[start : start + batch_size]
                yield images[chosen], labels[chosen]
    """),
    ("batches", "within each batch", "print every step", 0, """
        def f(images, labels, batch_size, rng):
            order = rng.permutation(batch_size)
            for start in range(0, len(labels), batch_size):
                chosen = start + order
                yield images[chosen], labels[chosen]
    """),
    ("cross_entropy_backward", "too large for a float", "print every step", 2, """
        def f(logits, labels):
            e = np.exp(logits)
            p = e / e.sum(1, keepdims=True)
            p[np.arange(len(p)), labels] -= 1
            return p / len(p)
    """),
    ("adam_step", "the power t belongs to the whole bracket", "print every step", 4, """
        def f(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
            mean = b1 * mean + (1 - b1) * grad
            mean_square = b2 * mean_square + (1 - b2) * grad**2
            m = mean / (1 - b1) ** step
            s = mean_square / (1 - b2) ** step
            return param - learning_rate * m / (np.sqrt(s) + eps), mean, mean_square
    """),
    ("forward", "before relu", "print every step", 5, """
        def f(layers, images):
            entered, a = [], images
            for i, (weights, bias) in enumerate(layers):
                a = mine.affine(a, weights, bias)
                entered.append(a)
                if i < len(layers) - 1:
                    a = mine.relu(a)
            return entered, a
    """),
    ("cross_entropy", "the largest of the examples", "not `abs.picked.`", 3, """
        def f(logits, labels):
            picked = mine.log_softmax(logits)[np.arange(len(labels)), labels]
            return abs(picked).max()
    """),
    ("scale_pixels", "the first size in `reshape`", "one axis less|single image", 2, """
        def f(images):
            rows = images.reshape(784, -1)
            return rows.astype(np.float32) / 255
    """),
    # an index is no float; what writes in place; names of PyTorch
    ("one_hot", "They count from 0", "become floats", 2, """
        def f(labels, classes):
            return np.eye(classes)[labels - 1]
    """),
    ("one_hot", "as many axes as the array", "gives a new value", 3, """
        def f(labels, classes):
            rows = np.zeros((len(labels), classes))
            np.put_along_axis(rows, labels, 1, axis=1)
            return rows
    """),
    ("one_hot", r"It writes `x\[\.\.\.\] = \.\.\.`", "``", 3, """
        def f(labels, classes):
            rows = np.zeros((len(labels), classes))
            rows.scatter_(1, labels, 1)
            return rows
    """),
    ("cross_entropy", "NumPy has no `gather` there", "small example", 2, """
        def f(logits, labels):
            return -mine.log_softmax(logits).gather(1, labels).mean()
    """),
    ("glorot_uniform", "the lower limit, the upper limit and the shape", "small example", 2, """
        def f(fan_in, fan_out, rng):
            return rng.uniform(fan_in, fan_out) * np.sqrt(6 / (fan_in + fan_out))
    """),
    ("sgd_step", "A tuple cannot be changed", "small example", 3, """
        def f(layers, grads, learning_rate):
            for i in range(len(layers)):
                layers[i][0] = layers[i][0] - learning_rate * grads[i][0]
            return layers
    """),
    ("softmax", "Only NumPy is needed here", "misspelt", 2, """
        def f(logits):
            return torch.softmax(logits, dim=1)
    """),
]  # fmt: skip


@pytest.mark.parametrize(
    ("exercise", "says", "never", "line", "source"),
    SAID,
    ids=[f"{i}-{name}" for i, (name, *_) in enumerate(SAID)],
)
def test_what_is_said_is_true_and_plain(exercise, says, never, line, source):
    result = check(exercise, written(source, mine=mine))
    assert re.search(says, result.message), result.message
    assert not re.search(never, result.message), result.message
    assert (result.where or (0,))[0] == line, result.where


def test_a_line_that_stopped_shows_no_value_of_an_earlier_turn():
    def f(sizes, rng):
        layers = []
        for i in range(len(sizes)):
            layers.append((mine.he_normal(sizes[i], sizes[i + 1], rng), np.zeros(sizes[i + 1])))
        return layers

    shown = repr(check("init_params", f))
    assert "sizes[i]: 10" in shown
    assert "sizes[i + 1]:" not in shown.partition("For help")[0].rpartition("^")[2]


def test_a_block_shows_values_of_one_turn():
    def f(tape, count):
        grads = [0.0] * count
        grads[-1] = 1.0
        for output, inputs, pull in tape[::-1]:
            for number, grad in zip(inputs, pull(grads[output])):
                grads[number] = grads[number] + grads[output] * grad
        return grads

    shown = repr(check("backpropagate", f)).partition("For help")[0].rpartition("^")[2]
    assert "grads[output] * grad:" in shown
    assert "grads[number] + grads[output] * grad:" not in shown
