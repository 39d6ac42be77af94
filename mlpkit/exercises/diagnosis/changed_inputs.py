"""The changed inputs for which as_if.py asks whether an answer would be right, and their names.

Only data: a table for each kind of input: words that end the sentence "that would be right if ...",
and a function of the input (of logits and labels in LABELS).
"""

import numpy as np

EXAMPLES = (
    ("only the first example counted", lambda a: a[:1]),
    ("only the last example counted", lambda a: a[-1:]),
    ("the last example were left out", lambda a: a[:-1]),
    ("the first example were left out", lambda a: a[1:]),
)

ARRAYS = (
    ("{name} were 0 everywhere (is it used at all?)", np.zeros_like),
    ("{name} were 1 everywhere", np.ones_like),
    ("{name} had the opposite sign", np.negative),
    ("{name} had lost its signs", np.abs),
    ("only the positive part of {name} counted", lambda x: np.maximum(x, 0)),
    ("only the negative part of {name} counted", lambda x: np.minimum(x, 0)),
    ("{name} were transposed", np.transpose),
    ("the rows of {name} came in the opposite order", lambda x: x[::-1]),
    ("each row of {name} were turned round", lambda x: x[..., ::-1]),
    ("{name} were twice as large", lambda x: 2 * x),
    ("{name} were half as large", lambda x: x / 2),
    ("{name} were squared", np.square),
    ("{name} were ten times as large", lambda x: 10 * x),
    ("{name} were a tenth as large", lambda x: x / 10),
    ("e to the power of {name} went in instead of {name}", np.exp),
    ("the logarithm of {name} went in instead of {name}", np.log),
    ("the tanh of {name} went in instead of {name}", np.tanh),
    ("{name} were rounded to whole numbers", np.round),
    ("every row of {name} were its first row", lambda x: np.broadcast_to(x[:1], x.shape)),
    ("every row of {name} were the mean row", lambda x: np.broadcast_to(x.mean(0), x.shape)),
    ("each row of {name} were divided by its sum", lambda x: x / x.sum(axis=-1, keepdims=True)),
    ("{name} were divided by its largest entry", lambda x: x / x.max()),
    ("each row of {name} were divided by its largest entry", lambda x: x / x.max(axis=-1, keepdims=True)),
    ("{name} were scaled to length 1", lambda x: x / np.linalg.norm(x)),
    ("the mean of each row of {name} were taken off first, and it were divided by the spread",
     lambda x: (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)),
    ("{name} were only 1 where it is above 0, else 0", lambda x: (x > 0) * 1.0),
    ("{name} were cut off at 1", lambda x: np.minimum(x, 1)),
    ("the last row of {name} were left out", lambda x: np.concatenate([x[:-1], 0 * x[-1:]])),
    ("the last column of {name} were left out", lambda x: np.concatenate([x[:, :-1], 0 * x[:, -1:]], 1)),
    ("only the last column of {name} counted", lambda x: np.concatenate([0 * x[:, :-1], x[:, -1:]], 1)),
    ("{name} were divided by 255", lambda x: x / 255),
)  # fmt: skip

INTEGERS = (
    ("every entry of {name} were one more", lambda x: x + 1),
    ("every entry of {name} were one less (Python then counts from the end)", lambda x: x - 1),
    ("{name} were 0 everywhere", np.zeros_like),
    ("{name} came in the opposite order", lambda x: x[::-1]),
    ("every entry of {name} were that of the first example", lambda x: np.full_like(x, x.flat[0])),
    ("{name} were shifted by one example", lambda x: np.roll(x, 1)),
    ("{name} were shifted by one example the other way", lambda x: np.roll(x, -1)),
    ("{name} were sorted", np.sort),
    (
        "{name} were 0, 1, 2 and so on (are they used at all?)",
        lambda x: np.arange(len(x)) % (int(x.max()) + 1),
    ),
    ("{name} were 0, 1, 2 and so on (is it used at all?)", lambda x: np.arange(len(x))),
)

LABELS = (
    ("every label were one more, and the last class the first", lambda z, y: (y + 1) % z.shape[1]),
    ("the class of the largest logit stood for the label", lambda z, y: z.argmax(axis=1)),
    ("the class of the smallest logit stood for the label", lambda z, y: z.argmin(axis=1)),
)

NUMBERS = (
    ("{name} were 0 (is it used at all?)", lambda v: 0 * v),
    ("{name} were 1 (is it used at all?)", lambda v: type(v)(1)),
    ("{name} had the opposite sign", lambda v: -v),
    ("1 - {name} stood for {name}", lambda v: 1 - v),
    ("{name} were twice as large", lambda v: 2 * v),
    ("{name} were half as large", lambda v: v / 2 if isinstance(v, float) else v // 2),
    ("{name} were squared", lambda v: v * v),
    ("the root of {name} stood for {name}", lambda v: v**0.5),
    ("{name} were one more", lambda v: v + 1),
    ("{name} were one less", lambda v: v - 1),
    ("1 over {name} stood for {name}", lambda v: 1 / v),
    *(
        (f"{{name}} were {c} whatever comes in", lambda v, c=c: type(v)(c))
        for c in (0.9, 0.99, 0.999, 0.5, 0.1, 0.01, 0.001, 1e-4, 1e-8)
    ),
)

LAYERS = (
    ("all biases were 0 (are they used at all?)", lambda ls: [(w, 0 * b) for w, b in ls]),
    ("all entries of {name} had lost their signs", lambda ls: [(np.abs(w), np.abs(b)) for w, b in ls]),
    ("all entries of {name} were squared", lambda ls: [(w * w, b * b) for w, b in ls]),
    (
        "the second part of every pair in {name} were its mean",
        lambda ls: [(w, b.mean() + 0 * b) for w, b in ls],
    ),
    (
        "all pairs in {name} were the first one",
        lambda ls: [(np.resize(ls[0][0], w.shape), np.resize(ls[0][1], b.shape)) for w, b in ls],
    ),
    ("all biases were twice as large", lambda ls: [(w, 2 * b) for w, b in ls]),
    ("the last bias were 0", lambda ls: [*ls[:-1], (ls[-1][0], 0 * ls[-1][1])]),
    ("the first bias were 0", lambda ls: [(ls[0][0], 0 * ls[0][1]), *ls[1:]]),
    ("all biases but the last were 0", lambda ls: [*((w, 0 * b) for w, b in ls[:-1]), ls[-1]]),
    ("all weights had the opposite sign", lambda ls: [(-w, b) for w, b in ls]),
    ("all biases had the opposite sign", lambda ls: [(w, -b) for w, b in ls]),
    (
        "all square weights were transposed",
        lambda ls: [(w.T if w.shape == w.T.shape else w, b) for w, b in ls],
    ),
    ("the second part of every pair in {name} were 1", lambda ls: [(w, np.ones_like(b)) for w, b in ls]),
    ("the last layer were the first one as well", lambda ls: [ls[-1], *ls[1:]]),
)
