"""Optimisers: each rule against its formula, one number at a time, and what they must never do."""

import inspect
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mlpkit
from mlpkit import Params, clip_by_global_norm, clipped, decayed
from mlpkit.core.optimizers import AdamState, MomentumState, RMSPropState, State
from tests.nets import make, seeds, sizes

MAKE = {
    "sgd": mlpkit.sgd,
    "momentum": mlpkit.momentum,
    "nesterov": mlpkit.nesterov,
    "rmsprop": mlpkit.rmsprop,
    "adam": mlpkit.adam,
    "adamw": mlpkit.adamw,
    "sgd with weight decay": lambda rate: decayed(mlpkit.sgd(rate), 0.1),
    "momentum with clipping": lambda rate: clipped(mlpkit.momentum(rate), 0.5),
}
every = pytest.mark.parametrize("name", MAKE)


def run(optimizer, params, gradients):
    state, seen = optimizer.init(params), []
    for grads in gradients:
        params, state = optimizer.update(params, grads, state)
        seen.append((params, state))
    return seen


def gradients(params, count=5, seed=1):
    rng = np.random.default_rng(seed)
    return [params.like(rng.normal(size=params.flat.size).astype(params.dtype)) for _ in range(count)]


# The formulas, for one number, in plain Python


def sgd(p, gs, rate):
    for g in gs:
        p -= rate * g
    return p


def momentum(p, gs, rate, m=0.9):
    v = 0.0
    for g in gs:
        v = m * v + g
        p -= rate * v
    return p


def nesterov(p, gs, rate, m=0.9):
    v = 0.0
    for g in gs:
        v = m * v + g
        p -= rate * (g + m * v)
    return p


def rmsprop(p, gs, rate, decay=0.9, eps=1e-8):
    s = 0.0
    for g in gs:
        s = decay * s + (1 - decay) * g * g
        p -= rate * g / (math.sqrt(s) + eps)
    return p


def adam(p, gs, rate, b1=0.9, b2=0.999, eps=1e-8):
    m = s = 0.0
    for t, g in enumerate(gs, 1):
        m = b1 * m + (1 - b1) * g
        s = b2 * s + (1 - b2) * g * g
        p -= rate * (m / (1 - b1**t)) / (math.sqrt(s / (1 - b2**t)) + eps)
    return p


FORMULAS = {f.__name__: f for f in (sgd, momentum, nesterov, rmsprop, adam)}
OTHERS = {"momentum": {"m": 0.5}, "nesterov": {"m": 0.5}, "rmsprop": {"decay": 0.5, "eps": 0.1}}
OTHERS |= {"sgd": {}, "adam": {"b1": 0.5, "b2": 0.6, "eps": 0.1}}


def test_no_optimiser_is_forgotten():
    rules = {name for name, value in vars(mlpkit).items() if inspect.isfunction(value)
             and value.__module__ == "mlpkit.core.optimizers"}  # fmt: skip
    assert rules == set(FORMULAS) == set(OTHERS)
    assert rules < set(MAKE)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("settings", ["usual", "others"])
@given(gs=st.lists(st.floats(-5, 5), min_size=1, max_size=8), rate=st.floats(1e-4, 1))
def test_formula(name, settings, gs, rate):
    others = OTHERS[name] if settings == "others" else {}
    own = {{"m": "momentum"}.get(key, key): value for key, value in others.items()}
    params = Params([([[1.5]], [-0.5])])
    gradients = [params.like(np.array([g, -g])) for g in gs]
    (*_, (last, state)) = run(MAKE[name](rate, **own), params, gradients)
    formula = FORMULAS[name]
    expected = [formula(1.5, gs, rate, **others), formula(-0.5, [-g for g in gs], rate, **others)]
    np.testing.assert_allclose(last.flat, expected, rtol=1e-9, atol=1e-12)
    assert (state.step, state.learning_rate) == (len(gs), rate)


@pytest.mark.parametrize("name", [name for name in MAKE if "clip" not in name])
@given(sizes=sizes, seed=seeds)
def test_all_numbers_are_treated_alike_whatever_the_shape(name, sizes, seed):
    """One network at once gives what its numbers give one at a time: no block and no layer is forgotten."""
    params = make(sizes, seed)[0]
    grads = gradients(params, 3, seed)
    (*_, (whole, _)) = run(MAKE[name](0.1), params, grads)
    place = seed % params.flat.size
    is_bias = not any(np.shares_memory(layer.weights, params.flat[place : place + 1]) for layer in params)
    one = Params([([[params.flat[place]]], [params.flat[place]])])
    (*_, (alone, _)) = run(MAKE[name](0.1), one, [one.like(np.repeat(g.flat[place], 2)) for g in grads])
    assert whole.flat[place] == pytest.approx(alone.flat[int(is_bias)], rel=1e-12)


@every
def test_blocks_do_not_show(name, monkeypatch):
    params = make([50, 40, 3], 0, dtype=np.float32)[0]
    (*_, (whole, _)) = run(MAKE[name](0.1), params, gradients(params))
    monkeypatch.setattr("mlpkit.core._blockwise.BLOCK", 97)
    (*_, (parts, _)) = run(MAKE[name](0.1), params, gradients(params))
    np.testing.assert_array_equal(whole.flat, parts.flat)


@every
def test_nothing_that_goes_in_is_changed_and_nothing_that_came_out_changes_later(name):
    params = make([6, 5, 3], 0, dtype=np.float32)[0]
    grads = gradients(params)
    optimizer, state, kept = MAKE[name](0.1), None, []
    state = optimizer.init(params)
    for g in grads:
        arrays = [params.flat, g.flat, *(part.flat for part in state if isinstance(part, Params))]
        kept += [(array, array.copy()) for array in arrays]
        params, state = optimizer.update(params, g, state)
    for array, before in kept:
        np.testing.assert_array_equal(array, before)


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "rate",
    [
        0.1,
        np.float64(0.1),
        np.float32(0.1),
        mlpkit.constant(np.float64(0.1)),
        mlpkit.cosine(np.float64(0.1), 10),
        mlpkit.warm_up(mlpkit.step_decay(0.1, 2), 3),
        lambda step: np.float64(0.1) / step,
    ],
)
def test_types_stay(name, dtype, rate):
    params = make([6, 5, 3], 0, dtype=dtype)[0]
    for new, state in run(MAKE[name](rate), params, gradients(params)):
        assert new.dtype == dtype
        assert {part.dtype for part in state if isinstance(part, Params)} <= {np.dtype(dtype)}
        assert type(state.learning_rate) is float


@every
def test_float64_gradients_do_not_widen_float32_parameters(name):
    params = make([6, 5, 3], 0, dtype=np.float32)[0]
    for new, state in run(MAKE[name](0.1), params, gradients(params.astype(np.float64))):
        assert new.dtype == np.float32
        assert {part.dtype for part in state if isinstance(part, Params)} <= {np.dtype(np.float32)}


@every
def test_parameters_in_another_byte_order(name):
    """As they come out of a file from another machine."""
    params, other = (net.astype(np.float32) for net in (make([4, 3], 0)[0], make([4, 3], 1)[0]))
    optimizer = MAKE[name](0.1)
    expected, _ = optimizer.update(params, other, optimizer.init(params))
    swapped, grads = params.astype(">f4"), other.astype(">f4")
    found, _ = optimizer.update(swapped, grads, optimizer.init(swapped))
    np.testing.assert_array_equal(found.flat, expected.flat)


@every
def test_plain_lists(name):
    params = make([6, 5, 3], 0)[0]
    grads = gradients(params)
    optimizer = MAKE[name](0.1)
    (*_, (expected, _)) = run(optimizer, params, grads)
    layers, state = [tuple(layer) for layer in params], optimizer.init([tuple(layer) for layer in params])
    for g in grads:
        layers, state = optimizer.update(
            [tuple(layer) for layer in layers], [tuple(layer) for layer in g], state
        )
    np.testing.assert_array_equal(layers.flat, expected.flat)


@every
def test_a_run_forks_exactly_from_a_kept_or_pickled_state(name):
    params = make([6, 5, 3], 0, dtype=np.float32)[0]
    grads = gradients(params, 6)
    optimizer = MAKE[name](mlpkit.cosine(0.1, 6))
    seen = run(optimizer, params, grads)
    middle, state = pickle.loads(pickle.dumps(seen[2]))
    for g in grads[3:]:
        middle, state = optimizer.update(middle, g, state)
    np.testing.assert_array_equal(middle.flat, seen[-1][0].flat)
    assert state.step == 6


@every
def test_the_rate_is_asked_for_once_a_step_and_acts_on_that_step(name):
    slider, asked = {"value": 0.1}, []

    def rate(step):
        asked.append(step)
        return slider["value"]

    params = make([6, 5, 3], 0)[0]
    optimizer = MAKE[name](rate)
    state, grads = optimizer.init(params), gradients(params, 3)
    assert math.isnan(state.learning_rate)
    first, state = optimizer.update(params, grads[0], state)
    slider["value"] = 0.001
    second, state = optimizer.update(first, grads[1], state)
    assert asked == [1, 2]
    assert state.learning_rate == 0.001
    steps = [np.linalg.norm(b.flat - a.flat) for a, b in ((params, first), (first, second))]
    assert steps[1] < steps[0] / 10


@every
def test_a_zero_gradient_gives_no_nan(name):
    params = make([6, 5, 3], 0, dtype=np.float32)[0]
    zero = params.like(np.zeros_like(params.flat))
    (*_, (last, _)) = run(MAKE[name](0.1), params, [zero, zero])
    assert np.isfinite(last.flat).all()
    assert "decay" in name or name == "adamw" or (last.flat == params.flat).all()


# Decay and clipping


@pytest.mark.parametrize("base", ["sgd", "momentum", "nesterov", "rmsprop", "adam"])
def test_decay_shrinks_weights_and_never_biases(base):
    params = make([6, 5, 3], 0)[0]
    zero = params.like(np.zeros_like(params.flat))
    (*_, (last, state)) = run(decayed(MAKE[base](0.1), 0.5), params, [zero] * 3)
    for new, old in zip(last, params):
        np.testing.assert_allclose(new.weights, old.weights * 0.95**3)
        np.testing.assert_array_equal(new.bias, old.bias)
    assert state.step == 3


def test_decay_leaves_the_params_alone_of_an_optimizer_that_returns_them_unchanged():
    params = make([6, 5, 3], 0)[0]
    before = params.copy()
    idle = mlpkit.Optimizer("idle", State, lambda params, grads, state: (params, State(1, 0.1)))
    new, _ = decayed(idle, 0.5).update(params, params, None)
    np.testing.assert_array_equal(params.flat, before.flat)
    np.testing.assert_allclose(new[0].weights, 0.95 * before[0].weights, rtol=1e-6)


def test_decay_is_decoupled_and_follows_the_schedule():
    params, (g,) = (p := make([6, 5, 3], 0)[0]), gradients(p, 1)
    plain, _ = mlpkit.adam(0.1).update(params, g, mlpkit.adam(0.1).init(params))
    optimizer = mlpkit.adamw(lambda step: 0.1, weight_decay=0.2)
    new, _ = optimizer.update(params, g, optimizer.init(params))
    for with_, without, old in zip(new, plain, params):
        np.testing.assert_allclose(with_.weights, without.weights - 0.1 * 0.2 * old.weights)
        np.testing.assert_array_equal(with_.bias, without.bias)


def test_no_decay_is_no_decay():
    params = make([6, 5, 3], 0)[0]
    (*_, (a, _)) = run(mlpkit.adamw(0.1, weight_decay=0), params, gradients(params))
    (*_, (b, _)) = run(mlpkit.adam(0.1), params, gradients(params))
    np.testing.assert_array_equal(a.flat, b.flat)


@given(sizes=sizes, seed=seeds, bound=st.floats(1e-3, 1e3))
def test_clipping(sizes, seed, bound):
    (grads,) = gradients(make(sizes, seed)[0], 1, seed)
    found = clip_by_global_norm(grads, bound)
    norm = np.linalg.norm(grads.flat)
    assert np.linalg.norm(found.flat) == pytest.approx(min(norm, bound))
    np.testing.assert_allclose(found.flat / np.linalg.norm(found.flat), grads.flat / norm)
    assert (found is grads) == (norm <= bound)


def test_clipping_takes_lists_and_numbers_whose_squares_overflow():
    found = clip_by_global_norm([(np.full((2, 2), 1e30, np.float32), np.zeros(2, np.float32))], 1.0)
    np.testing.assert_allclose(found[0].weights, 0.5, rtol=1e-6)
    assert found.dtype == np.float32
    assert not clip_by_global_norm([(np.zeros((2, 2)), np.zeros(2))], 1.0).flat.any()


def test_clipped_bounds_the_step():
    params = make([6, 5, 3], 0)[0]
    ((new, _),) = run(clipped(mlpkit.sgd(0.1), 0.01), params, [params.like(params.flat * 1e6)])
    assert np.linalg.norm(new.flat - params.flat) == pytest.approx(0.001)


# Names, states, refusals


@every
def test_names(name):
    assert MAKE[name](0.1).name == name
    assert repr(MAKE[name](0.1)) == f"Optimizer({name})"


@pytest.mark.parametrize(
    "name, kind, fields",
    [
        ("sgd", State, ()),
        ("momentum", MomentumState, ("velocity",)),
        ("nesterov", MomentumState, ("velocity",)),
        ("rmsprop", RMSPropState, ("mean_square",)),
        ("adam", AdamState, ("mean", "mean_square")),
        ("adamw", AdamState, ("mean", "mean_square")),
    ],
)
def test_states_can_be_looked_at(name, kind, fields):
    state = MAKE[name](0.1).init(make([6, 5, 3], 0)[0])
    assert type(state) is kind
    assert state._fields == ("step", "learning_rate", *fields)
    assert all(not getattr(state, field).flat.any() for field in fields)


@pytest.mark.parametrize(
    "make_it, error, words",
    [
        (lambda: mlpkit.momentum(0.1, 1.0), ValueError, "momentum is 1.0: .*up to, but not including, 1"),
        (lambda: mlpkit.nesterov(0.1, -0.1), ValueError, "momentum is -0.1"),
        (lambda: mlpkit.momentum(0.1, "0.9"), TypeError, "momentum is '0.9'"),
        (lambda: mlpkit.rmsprop(0.1, decay=1), ValueError, "decay is 1"),
        (lambda: mlpkit.rmsprop(0.1, eps=0), ValueError, "eps is 0: expected a finite number above 0"),
        (lambda: mlpkit.adam(0.1, b1=1.0), ValueError, "b1 is 1.0"),
        (lambda: mlpkit.adam(0.1, b2=float("nan")), ValueError, "b2 is nan"),
        (lambda: mlpkit.adam(0.1, eps=-1), ValueError, "eps is -1"),
        (lambda: mlpkit.adamw(weight_decay=-0.1), ValueError, "weight_decay is -0.1"),
        (lambda: decayed(mlpkit.sgd(0.1), None), TypeError, "weight_decay is None"),
        (lambda: clipped(mlpkit.sgd(0.1), 0), ValueError, "max_norm is 0"),
        (lambda: clipped(mlpkit.sgd(0.1), lambda step: 1), TypeError, "max_norm is <function"),
        (
            lambda: clip_by_global_norm([(np.ones((1, 1)), np.ones(1))], math.inf),
            ValueError,
            "max_norm is inf",
        ),
    ],
)
def test_settings_out_of_range(make_it, error, words):
    with pytest.raises(error, match=words):
        make_it()


@every
def test_gradients_or_state_of_another_network(name):
    params, other = make([6, 5, 3], 0)[0], make([4, 3], 0)[0]
    optimizer = MAKE[name](0.1)
    with pytest.raises(ValueError, match="6-5-3 network, grads of a 4-3 one"):
        optimizer.update(params, other, optimizer.init(params))
    if name != "sgd" and "sgd" not in name:
        with pytest.raises(ValueError, match="a new network needs a new state"):
            optimizer.update(params, params, optimizer.init(other))
