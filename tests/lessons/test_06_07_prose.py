"""The numbers in the text of lessons 06 and 07 are true: those that no cell prints are worked out here."""

import numpy as np
import pytest

from mlpkit import cosine, cross_entropy, nesterov, numerical_gradient, warm_up
from mlpkit.core.params import Params
from mlpkit.widgets.optimizer_race.surfaces import surface
from tests.lessons.numbers import after, lesson

# 06


def test_the_metrics_and_the_epoch_by_hand():
    texts, printed = lesson("06_sgd")
    assert "the means, 0.490 and 0.5" in texts["evaluate-text"]
    logits = np.array([[0.0, 0.0], [np.log(3), 0.0]])
    assert round(cross_entropy(logits, np.array([1, 0])), 3) == 0.490
    assert "0.490 0.5" in printed["evaluate-use"]
    assert "$[0.693, 0.127]$" in texts["epoch-text"]
    assert "[0.693, 0.127]" in printed["epoch-by-hand"]
    slope = numerical_gradient(lambda z: cross_entropy(z, np.array([0])), np.zeros((1, 2)))
    assert np.allclose(slope, [[-0.5, 0.5]], atol=1e-8)


def test_the_rates_and_seeds_of_06():
    texts, printed = lesson("06_sgd")
    assert after("below 0.1: ≈", printed["sorted-experiment"]) == [96]
    assert "in about 96 % of the steps" in texts["sorted-after"]
    assert "0.3 still learns, 1 does not" in texts["rate-after"]
    rows = dict(line.split(maxsplit=1) for line in printed["rate-experiment"].splitlines()[1:])
    assert rows["1.0"] == rows["3.0"] == rows["0.0001"] == "below 40 %"
    right = {rate: after("≈", row)[0] for rate, row in rows.items() if "≈" in row}
    assert max(right, key=right.get) == "0.1"
    assert right["0.3"] > 75
    assert "the worst run at 0.03 is better than the best at 0.003" in texts["seeds-after"]
    (_, slow_best), (fast_worst, _) = (after("≈", row) for row in printed["seeds-figure"].splitlines()[1:3])
    assert fast_worst > slow_best


def test_the_paths_down_a_parabola():
    for rate, path in ((0.1, [2.4, 1.92, 1.536]), (0.9, [-2.4, 1.92, -1.536]), (1.1, [-3.6, 4.32, -5.184])):
        x = 3.0
        for want in path:
            x -= rate * float(numerical_gradient(lambda x: float(x[0] ** 2), np.array([x]))[0])
            assert x == pytest.approx(want, abs=1e-6)


# 07


def test_the_steps_by_hand():
    texts, printed = lesson("07_optimisers")
    velocity = 0.9 * 1 + 2
    assert (velocity, 1 - 0.1 * velocity) == pytest.approx((2.9, 0.71))
    assert 1 - 0.1 * (2 + 0.9 * velocity) == pytest.approx(0.539)
    assert "velocity 2.900, parameter 0.710, steps [1.0, 1.9, 2.71]" in printed["momentum-use"]
    assert "velocity 2.900, parameter 0.539, steps [1.9, 2.71, 3.439]" in printed["nesterov-use"]
    assert "its square root is 0.632, and the step is $2 / 0.632 = 3.16$ rates" in texts["rmsprop-text"]
    assert (np.sqrt(0.4), 2 / np.sqrt(0.4)) == pytest.approx((0.632, 3.16), abs=0.003)
    assert printed["rmsprop-use"].count("first step 3.16 rates") == 2
    assert "by hand: [-1.] [0.1] [0.001]" in printed["adam-use"]
    assert after("step", printed["decay-by-hand"]) == [0.05, 1.0, 0.05]
    assert "[0.6 0.8]" in printed["around-code"]


def test_adam_wins_with_every_seed_and_the_relatives_differ_less_than_seeds():
    texts, printed = lesson("07_optimisers")
    rows = "".join(printed[name] for name in ("real-experiment", "fair", "relatives")).splitlines()
    found = {row.split(",")[0] + row[16:17]: after("≈", row) for row in rows if row.count("≈") == 3}
    assert "Here it is better than both with each of the three seeds" in texts["real-after"]
    assert found["Adam "][1] > max(found["momentum "][2], after("≈", printed["fair"])[2])
    assert "differs by less than about a point from the optimiser" in texts["relatives-after"]
    for relative, model in (("Nesterov ", "momentum "), ("RMSProp ", "Adam "), ("AdamW ", "Adam ")):
        apart = abs(found[relative][0] - found[model][0])
        assert apart < 1.1
        assert apart < found[model][2] - found[model][1]


def bench(move, steps):
    """Length of the last of so many steps along a gradient of 1, with what the moves remember."""
    state = None
    for t in range(1, steps + 1):
        length, state = move(state, t)
    return length


def adam_with(correct, join):
    def move(state, t):
        m, s = state or (0.0, 0.0)
        m, s = 0.9 * m + 0.1, 0.999 * s + 0.001
        return join(m, s, *correct(t)), (m, s)

    return move


def test_the_bench_of_lesson_07():
    def divided(m, s, a, b):
        return (m / a) / np.sqrt(s / b)

    rows = {
        "right": adam_with(lambda t: (1 - 0.9**t, 1 - 0.999**t), divided),
        "no bias correction": adam_with(lambda t: (1, 1), divided),
        "without the power": adam_with(lambda t: (0.1, 0.001), divided),
        "multiplied": adam_with(
            lambda t: (1 - 0.9**t, 1 - 0.999**t), lambda m, s, a, b: m * a / np.sqrt(s * b)
        ),
    }
    table = {name: [bench(move, steps) for steps in (1, 10, 3000)] for name, move in rows.items()}
    assert table["right"] == pytest.approx([1, 1, 1])
    assert table["no bias correction"] == pytest.approx([3.16, 6.5, 1], rel=0.04)
    assert table["without the power"] == pytest.approx([1, 2.1, 0.32], rel=0.03)
    assert table["multiplied"] == pytest.approx([10, 43, 1], rel=0.06)
    velocities = [bench(lambda v, t: ((v or 0) * 0.9 + 1,) * 2, steps) for steps in (1, 10, 3000)]
    assert velocities == pytest.approx([1, 6.5, 10], rel=0.01)


def test_the_bench_shows_a_forgotten_root_and_a_shared_velocity():
    text = lesson("07_optimisers")[0]["wrong"]
    assert "| Adam without the root | 1 | 1 | 1, but half of it for a gradient of 2 |" in text
    for gradient, step in ((1.0, 1.0), (2.0, 0.5)):
        m = s = 0.0
        for t in range(1, 101):
            m, s = 0.9 * m + 0.1 * gradient, 0.999 * s + 0.001 * gradient**2
            assert (m / (1 - 0.9**t)) / (s / (1 - 0.999**t)) == pytest.approx(step)
    assert "| one velocity for two parameters | 1 and 1.9 | 8.6 and 8.8 | 10 |" in text
    shared = np.cumsum(0.9 ** np.arange(2000))  # after so many updates, two in each step
    assert shared[[0, 1, 18, 19, -1]] == pytest.approx([1, 1.9, 8.65, 8.78, 10], abs=0.005)


def test_the_running_mean_is_too_small_by_one_minus_b_to_the_t():
    for t in (1, 5, 50):
        mean = bench(lambda m, _: ((0.9 * (m or 0) + 0.1 * 7.0),) * 2, t)
        assert mean == pytest.approx((1 - 0.9**t) * 7.0)


def test_the_warm_up_alone_reaches_its_rate_and_with_a_cosine_stays_a_little_below():
    texts, printed = lesson("07_optimisers")
    assert warm_up(0.01, 10)(10) == 0.01
    assert "at step 10 the cosine has already begun to fall: 0.0098" in texts["around-rest"]
    assert "The cosine schedule ends at 1 % of the rate" in texts["around-rest"]
    both = warm_up(cosine(0.01, steps=100), 10)
    assert (both(10), both(100)) == pytest.approx((0.0098, 0.0001), abs=5e-6)
    assert "[0.001, 0.005, 0.01, 0.01, 0.01]" in printed["around-code"]


def test_nesterov_in_its_own_form_is_the_form_that_the_lesson_uses():
    """The gradient one step ahead, where the slope changes: the places ahead are the stored parameters."""
    assert "The parameters that you store *are* the place ahead" in lesson("07_optimisers")[0]["nesterov"]
    rate, m, p, v = 0.05, 0.9, 2.0, 0.0
    optimizer, stored = nesterov(rate, momentum=m), Params([(np.array([[2.0]]), np.zeros(1))])
    state = optimizer.init(stored)
    for _ in range(20):
        ahead = p - rate * m * v
        assert stored[0].weights[0, 0] == pytest.approx(ahead)
        v = m * v + np.sin(ahead)
        p = p - rate * v
        stored, state = optimizer.update(stored, stored.like(np.sin(stored.flat)), state)


def test_the_ravine_of_the_lesson_is_as_steep_as_that_of_the_race():
    texts, printed = lesson("07_optimisers")
    assert "x^2 + 100\\, y^2" in texts["ravine"]
    assert "it is 100 times steeper in one direction" in texts["race-text"]
    race = surface("ravine")
    x, y = race.gradient(race.goal[0] + 1, race.goal[1] + 1)
    assert y / x == pytest.approx(100)
    (left,) = after("x", printed["ravine-experiment"])
    assert left == pytest.approx(10 * (1 - 0.015) ** 100, abs=5e-4)
