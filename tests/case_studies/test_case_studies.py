"""The five published notebooks: each fault shows its symptom, and taking it out helps as much as is claimed.

At small size; below that, what `python -m benchmarks --only published` found at full size is held to it.
"""

import re
from functools import partial

import numpy as np
import pytest

from mlpkit import Examples, check_grads, forward, init_params, leaky_relu, load, loss_and_grads, relu, sgd
from mlpkit import case_studies as published
from mlpkit.case_studies import (
    notebook_0,
    notebook_1,
    notebook_2,
    notebook_3,
    notebook_4,
    running,
    softmaxes,
)
from mlpkit.core.metrics import evaluate
from tests.notebooks import ROOT


@pytest.fixture(scope="module")
def clothes():
    return load(valid_size=0)


@pytest.fixture(scope="module")
def digits():
    return load("mnist_10k", valid_size=0)


def reached(notebook, data, steps, seed=0, **faults):
    """Test accuracy in per cent after so many steps."""
    (metrics,) = published.follow(notebook.setting(steps=steps, **faults), data, seed, [steps])
    return 100 * metrics.accuracy


def tiny(n=10):
    return Examples(np.arange(n, dtype=np.uint8)[:, None].repeat(784, axis=1), np.arange(n) % 10)


# how they are run


def test_shuffled_batches_show_every_example_once_an_epoch():
    seen = [
        labels.tolist()
        for _, labels in running.shuffled(tiny(), np.random.default_rng(0), batch_size=4, steps=6)
    ]
    assert [len(labels) for labels in seen] == [4, 4, 2, 4, 4, 2]
    for epoch in (seen[:3], seen[3:]):
        assert sorted(label for labels in epoch for label in labels) == list(range(10))
    assert seen[:3] != seen[3:]


def test_batches_in_order_repeat_and_leave_the_rest_out():
    seen = [labels.tolist() for _, labels in running.in_order(tiny(), None, batch_size=4, steps=4)]
    assert seen == [[0, 1, 2, 3], [4, 5, 6, 7]] * 2


def test_sampled_batches_hold_no_example_twice():
    for _, labels in running.sampled(tiny(), np.random.default_rng(0), batch_size=9, steps=3):
        assert len(set(labels.tolist())) == 9


def test_a_run_ends_when_its_loss_stops_being_a_number(clothes):
    setting = notebook_0.setting(steps=60, rate=1e6)
    taken = list(published.learn(setting, clothes.train, np.random.default_rng(0)))
    assert 1 <= len(taken) < 60
    assert published.follow(setting, clothes, 0, [60]) == []


def test_a_score_is_what_evaluate_says(clothes):
    setting, some = notebook_4.setting(), Examples(*(part[:1_500] for part in clothes.test))
    params = setting.start(np.random.default_rng(0))
    assert published.score(setting, params, some) == pytest.approx(
        evaluate(params, *some, notebook_4.sigmoid)
    )


# notebook 0


def test_a_mean_of_minus_k_silences_the_second_hidden_layer(clothes):
    params = notebook_0.shifted(np.random.default_rng(0))
    for weights, bias in params[1:]:
        assert weights.mean() / weights.std() == pytest.approx(-1, abs=0.15)
        assert bias.mean() < 0
    images = clothes.test.images[:500]
    assert (forward(params, images).preactivations[1] > 0).mean() < 0.001
    right = notebook_0.he(np.random.default_rng(0))
    assert (forward(right, images).preactivations[1] > 0).mean() > 0.2


def test_behind_a_silent_layer_only_biases_answer(clothes):
    """So every image gets the same answer; yet gradients come through, by gates that never shut."""
    setting = notebook_0.setting(**notebook_0.VARIANTS["as printed"])
    params = setting.start(np.random.default_rng(0))
    loss, grads = setting.loss_and_grads(params, clothes.test.images[:200], clothes.test.labels[:200])
    assert np.ptp(loss.logits, axis=0).max() < 1e-6
    assert np.abs(grads[2].weights).max() == 0  # what enters this layer is 0
    assert np.abs(grads[0].weights).max() > 0
    _, shut = loss_and_grads(params, clothes.test.images[:200], clothes.test.labels[:200])
    assert np.abs(shut[0].weights).max() == 0


def test_the_open_gate_lets_through_what_relu_stops():
    z = np.array([-2.0, 0.0, 3.0])
    assert notebook_0.open_gate.derivative(z).tolist() == [1, 0, 1]
    assert relu.derivative(z).tolist() == [0, 0, 1]
    assert notebook_0.open_gate(z).tolist() == relu(z).tolist()


def test_what_it_printed_before_training_does_not_come_from_the_start_that_it_prints(clothes):
    """The ten that it shows lie within 4 % of each other; its biases alone would spread them wider."""

    def spread(params):
        p = published.softmaxes.softmax(forward(params, clothes.train.images[:1]).logits)[0]
        return p.max() / p.min()

    for seed in range(5):
        rng = np.random.default_rng(seed)
        assert spread(notebook_0.shifted(rng)) > 1.2
        assert spread(init_params(notebook_0.SIZES, rng=rng, init=notebook_0.uniform_fan_in)) < 1.15


@pytest.mark.slow
def test_the_start_decides_notebook_0_and_the_gate_does_not(clothes):
    printed = reached(notebook_0, clothes, 400, **notebook_0.VARIANTS["as printed"])
    gate_open = reached(notebook_0, clothes, 400, activation=notebook_0.open_gate)
    right = reached(notebook_0, clothes, 400)
    assert printed < 25
    assert right > 45
    assert abs(right - gate_open) < 10


# notebook 1


def test_twice_the_gradient_is_twice_the_rate(digits):
    rows = Examples(*(part[:1_200] for part in digits.train))

    def end(**faults):
        steps = published.learn(notebook_1.setting(steps=20, **faults), rows, np.random.default_rng(0))
        return [taken.params for taken in steps][-1].flat

    doubled = end(function=notebook_1.doubled(loss_and_grads), rate=0.01)
    assert np.allclose(doubled, end(rate=0.02), atol=1e-6)
    assert np.abs(doubled - end(rate=0.01)).max() > 1e-4
    assert np.allclose(end(function=notebook_1.with_one_maximum), end(), atol=1e-6)  # it does no harm here


def test_one_maximum_for_the_batch_fails_on_rows_far_apart():
    logits = np.array([[0.0, 1.0], [1000.0, 1001.0]])
    with np.errstate(all="ignore"):
        assert np.isnan(softmaxes.one_maximum(logits)).tolist() == [[True, True], [False, False]]
        assert np.isnan(softmaxes.unshifted(logits)).any(axis=1).tolist() == [False, True]
    close = np.array([[0.0, 1.0], [3.0, 2.0]])
    for function in (softmaxes.one_maximum, softmaxes.unshifted):
        assert np.allclose(function(close), softmaxes.softmax(close))


def test_notebook_1_was_cut_short(digits):
    """Ten steps teach it little; what it printed fits more than a hundred, and a thousand go far beyond."""
    setting = notebook_1.setting(steps=400, **notebook_1.VARIANTS["as printed"])
    runs = [published.follow(setting, digits, seed, [10, 120, 400]) for seed in range(3)]
    ten, some, many = np.mean([[metrics.accuracy for metrics in run] for run in runs], axis=0)
    assert ten < 0.30
    assert 0.35 < some < 0.65
    assert many > 0.70


# notebook 2


def small(sizes=(6, 5, 4), n=7):
    rng = np.random.default_rng(0)
    params = init_params(sizes, rng=rng, dtype=np.float64)
    params.flat[...] += 0.1
    return params, rng.random((n, sizes[0])), rng.integers(0, sizes[-1], n)


def test_squared_error_needs_the_whole_jacobian():
    right = check_grads(notebook_2.by_squared_error, *small(), rng=np.random.default_rng(0))
    diagonal = partial(notebook_2.by_squared_error, loss_grad=softmaxes.diagonal_only)
    assert right.passed
    assert check_grads(diagonal, *small(), rng=np.random.default_rng(0)).relative_error > 0.05


def test_its_decay_is_twice_what_it_says_and_pulls_at_the_biases():
    params, _, _ = small()
    params = params.astype(np.float64)
    zero = params.like(np.zeros_like(params.flat))

    def pulled(decaying):
        optimizer = decaying(sgd(0.1), 0.05)
        new, _ = optimizer.update(params, zero, optimizer.init(params))
        return [(layer.weights / old.weights, layer.bias / old.bias) for layer, old in zip(new, params)]

    for weights, bias in pulled(notebook_2.doubled_everywhere):
        assert np.allclose(weights, 1 - 0.1 * 2 * 0.05)
        assert np.allclose(bias, 1 - 0.1 * 2 * 0.05)
    for weights, bias in pulled(notebook_2.decayed):
        assert np.allclose(weights, 1 - 0.1 * 0.05)
        assert np.allclose(bias, 1)


def test_pixels_up_to_255_start_with_a_loss_far_above_chance(digits):
    batch = Examples(*(part[:300] for part in digits.test))
    for seed in range(3):
        printed = notebook_2.setting(**notebook_2.VARIANTS["cross-entropy, as printed"])
        assert published.score(printed, printed.start(np.random.default_rng(seed)), batch).loss > 5
        right = notebook_2.setting()
        assert published.score(right, right.start(np.random.default_rng(seed)), batch).loss < 3


@pytest.mark.slow
def test_notebook_2_learns_sooner_from_scaled_pixels_and_hes_weights(digits):
    printed = reached(notebook_2, digits, 60, **notebook_2.VARIANTS["cross-entropy, as printed"])
    assert reached(notebook_2, digits, 60) > printed + 5


# notebook 3


def five(clothes, seed):
    rng = np.random.default_rng(seed)
    some = rng.permutation(60_000)[: notebook_3.CHECKED]
    return notebook_3.start(rng, np.float64), clothes.train.images[some], clothes.train.labels[some]


def test_the_check_that_failed_at_nine_fails_here_and_passes_when_the_mean_is_taken(clothes):
    batches = [five(clothes, seed) for seed in range(6)]
    found = [notebook_3.distance(notebook_3.summed(loss_and_grads), *batch) for batch in batches]
    assert min(found) < notebook_3.PUBLISHED["distance"] < max(found)
    for batch, wrong in zip(batches, found):
        assert notebook_3.distance(loss_and_grads, *batch) < 1e-7
        weights = np.concatenate([layer.weights.ravel() for layer in loss_and_grads(*batch)[1]])
        assert wrong == pytest.approx(4 * np.linalg.norm(weights))  # five times the gradient, less once


def test_the_check_names_the_weights_and_clears_the_biases(clothes):
    said = check_grads(notebook_3.summed(loss_and_grads), *five(clothes, 0), rng=np.random.default_rng(0))
    assert {name for name, error in said.errors.items() if error > 1e-6} == {
        "layer 0 weights",
        "layer 1 weights",
    }
    assert check_grads(loss_and_grads, *five(clothes, 0), rng=np.random.default_rng(0)).passed


def test_with_a_sum_for_a_mean_the_rate_is_a_batch_too_large(clothes):
    summed = notebook_3.summed(loss_and_grads)
    assert reached(notebook_3, clothes, 150, function=summed) < 30
    assert reached(notebook_3, clothes, 150) > 60
    assert reached(notebook_3, clothes, 150, function=summed, rate=0.1 / 64) > 60


# notebook 4


def test_biases_a_hundred_times_the_weights_hold_it_at_chance_for_an_epoch(clothes):
    printed = reached(notebook_4, clothes, 300, **notebook_4.VARIANTS["as printed"])
    small_weights = reached(notebook_4, clothes, 300, **notebook_4.VARIANTS["biases 0"])
    assert max(printed, small_weights) < 30  # it is the small weights: biases of 0 alone do not help
    assert reached(notebook_4, clothes, 300) > 50


def test_a_short_last_batch_shrinks_all_batches_after_it():
    sizes = [len(labels) for _, labels in notebook_4.shrinking(tiny(10), None, batch_size=4, steps=8)]
    assert sizes == [4, 4, 2, 3, 3, 3, 1, 2]
    even = [len(labels) for _, labels in notebook_4.shrinking(tiny(8), None, batch_size=4, steps=6)]
    assert even == [4] * 6  # 200 divides 60,000: there it never happened


def steps_of(optimizer, count):
    """How far each step goes, at a gradient of 1."""
    params = init_params([1, 1], rng=np.random.default_rng(0), dtype=np.float64)
    ones, state, went = params.like(np.ones_like(params.flat)), optimizer.init(params), []
    for _ in range(count):
        new, state = optimizer.update(params, ones, state)
        went.append(float((params.flat - new.flat)[0]))
        params = new
    return went


def test_a_momentum_that_forgets_is_a_small_rate():
    assert np.allclose(steps_of(notebook_4.resetting_momentum(0.25, 0.9), 3), 0.025)
    assert np.allclose(steps_of(notebook_4.averaging_momentum(0.25, 0.9), 3), [0.025, 0.0475, 0.06775])
    assert steps_of(notebook_4.averaging_momentum(0.25, 0.9), 200)[-1] == pytest.approx(0.25)
    assert steps_of(notebook_4.averaging_nesterov(0.25, 0.9), 200)[-1] == pytest.approx(0.25)


def test_forgetting_costs_accuracy(clothes):
    kept = reached(notebook_4, clothes, 900, optimizer=notebook_4.averaging_momentum(0.25, 0.9))
    assert kept > reached(notebook_4, clothes, 900, optimizer=notebook_4.resetting_momentum(0.25, 0.9)) + 8


def test_leaky_forward_and_plain_backward_disagree_where_z_is_negative():
    z = np.array([-2.0, 3.0])
    assert notebook_4.half_leaky(z).tolist() == leaky_relu(z).tolist()
    assert notebook_4.half_leaky.derivative(z).tolist() == [0, 1]
    mismatch = partial(loss_and_grads, activation=notebook_4.half_leaky)
    assert not check_grads(mismatch, *small(), rng=np.random.default_rng(0)).passed


@pytest.mark.slow
def test_notebook_4_corrected_reaches_its_goal(clothes):
    assert np.mean([reached(notebook_4, clothes, notebook_4.STEPS, seed) for seed in range(3)]) >= 86.5


# what was found at full size


@pytest.fixture(scope="module")
def found():
    return published.results()


def mean(found, number, variant):
    run = found[f"notebook_{number}"]["runs"][variant]
    ends = [curve[-1] for curve in run["accuracy"]]
    assert {len(curve) for curve in run["accuracy"]} == {len(found[f"notebook_{number}"]["marks"])}
    return np.mean(ends)


def test_every_variant_is_stored(found):
    for number, notebook in enumerate(published.NOTEBOOKS):
        stored = found[f"notebook_{number}"]
        assert list(stored["runs"]) == list(notebook.VARIANTS)
        assert stored["marks"] == notebook.MARKS
        assert stored["steps"] == notebook.STEPS == notebook.MARKS[-1]


def test_notebook_4_was_stored_above_its_goal(found):
    run = found["notebook_4"]["runs"]["corrected"]
    assert len(run["accuracy"]) == 3
    assert mean(found, 4, "corrected") >= 86.5


def test_the_table_of_all_five_stands_in_the_results(found):
    table = published.table(markdown=True)
    assert table in (ROOT / "benchmarks" / "RESULTS.md").read_text("utf-8")
    assert table.count("\n") == 6
    first = next(line for line in table.splitlines() if line.startswith("| 0 |"))
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    told = re.search(
        r"notebook 0 went from ([\d.]+ %) to ([\d.]+ %) .*?, and from (\d+ s) to ([\d.]+ s)", readme
    )
    assert all(number in first for number in told.groups())


def test_curves_are_named_by_what_tells_them_apart():
    names = ["squared error, decay 0.05, as printed", "squared error, decay 0.05, on weights and once"]
    lines = published.curves_table(2, names).splitlines()
    assert [line.partition("  ")[0] for line in lines] == ["steps", "as printed", "on weights and once"]
    assert published.curves_table(2, names[:1]).splitlines()[1].startswith(names[0])


def test_unscaled_pixels_make_notebook_2s_preactivations_thousands(digits):
    setting = notebook_2.setting(**notebook_2.VARIANTS["cross-entropy, as printed"])
    batch = setting.inputs(digits.train.images[: notebook_2.BATCH])
    for seed in range(3):
        first = forward(setting.start(np.random.default_rng(seed)), batch).preactivations[0]
        assert np.abs(first).max() > 1_000


def test_a_table_tells_of_runs_that_ended_before_their_time():
    curves = [[10.0, 80.0], [10.0, 90.0], [12.0]]
    runs = {"some": {"accuracy": curves}, "all": {"accuracy": [[10.0], []]}}
    found = {"notebook_2": {"marks": [60, 120], "runs": runs}}
    rows = published.stored.faults(2, found)[1]
    assert rows == [("some", "85.0 %, 1 NaN", "80.0 to 90.0"), ("all", "not a number", "")]
    curve = published.curves_table(2, ["some"], found=found).splitlines()[1]
    assert curve.split() == ["some", "10.0", "85.0"]


def test_a_batch_that_is_never_full_is_refused_not_sought_for_ever():
    count = len(tiny().labels)
    with pytest.raises(ValueError, match=f"{count} examples fill no batch of {count + 1}"):
        next(running.in_order(tiny(), None, batch_size=count + 1, steps=1))


def test_what_was_not_measured_is_refused_by_name():
    for table in (published.faults_table, lambda number: published.curves_table(number, [])):
        with pytest.raises(ValueError, match="no notebook 7: expected 0 to 4"):
            table(7)
    with pytest.raises(ValueError, match="no run 'mended': expected some of as printed, "):
        published.curves_table(4, ["mended"])
