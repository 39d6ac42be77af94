"""The optimiser race without a browser: the optimisers are mlpkit's own, the surfaces tell them apart."""

import numpy as np
import pytest

import mlpkit
from mlpkit.core.gradcheck import numerical_gradient
from mlpkit.figures import describe
from mlpkit.widgets import OptimizerRace
from mlpkit.widgets.optimizer_race.lanes import as_point
from mlpkit.widgets.optimizer_race.surfaces import NAMES, surface


def adam_step(param, grad, mean, mean_square, step, learning_rate, b1, b2, eps):
    mean, mean_square = b1 * mean + (1 - b1) * grad, b2 * mean_square + (1 - b2) * grad**2
    unbiased = mean / (1 - b1**step), mean_square / (1 - b2**step)
    return param - learning_rate * unbiased[0] / (np.sqrt(unbiased[1]) + eps), mean, mean_square


def momentum_step(param, grad, velocity, learning_rate, momentum):
    velocity *= momentum  # in place, as learners do; the race hands out copies
    velocity += grad
    return param - learning_rate * velocity, velocity


def rmsprop_step(param, grad, mean_square, learning_rate, decay, eps):
    mean_square = decay * mean_square + (1 - decay) * grad**2
    return param - learning_rate * grad / (np.sqrt(mean_square) + eps), mean_square


def sgd_step(layers, grads, learning_rate):
    return [(w - learning_rate * dw, b - learning_rate * db) for (w, b), (dw, db) in zip(layers, grads)]


@pytest.mark.parametrize("name", NAMES)
def test_every_gradient_is_that_of_its_loss(name):
    ground = surface(name)
    for place in (ground.start, (0.7, -1.3), (-1.1, 0.4)):
        measured = numerical_gradient(
            lambda p: ground.loss(*p), np.array(place), 1e-2 if name == "network" else 1e-5
        )
        # the network computes in float32, and a wide nudge may cross a relu's kink
        tolerance = 0.05 if name == "network" else 1e-8
        np.testing.assert_allclose(ground.gradient(*place), measured, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_the_grid_is_the_loss_and_the_goal_its_lowest_point(name):
    ground = surface(name)
    left, right, bottom, top = ground.box
    rows, columns = ground.grid.shape
    x, y = np.linspace(left, right, columns), np.linspace(bottom, top, rows)
    assert ground.grid[3, 5] == pytest.approx(ground.loss(x[5], y[3]), rel=1e-6)
    assert ground.loss(*ground.goal) <= ground.grid.min() + 1e-6
    assert left < ground.start[0] < right
    assert bottom < ground.start[1] < top


def test_the_lanes_are_mlpkits_own_optimisers():
    race = OptimizerRace(surface="bowl")
    optimizers = [
        mlpkit.sgd(0.3),
        mlpkit.momentum(0.1),
        mlpkit.nesterov(0.1),
        mlpkit.rmsprop(0.1),
        mlpkit.adam(0.2),
    ]
    ground = surface("bowl")
    for optimizer, one in zip(optimizers, race.runs.values()):
        params = as_point(ground.start)
        state = optimizer.init(params)
        for step in range(1, 20):
            gradient = params.like(np.append(ground.gradient(*params.flat[:2]), 0))
            params, state = optimizer.update(params, gradient, state)
            np.testing.assert_array_equal(one.path[step], params.flat[:2])
        assert one.loss[19] == ground.loss(*params.flat[:2])
        assert (np.diff(one.seconds) > 0).all()


@pytest.mark.parametrize(
    "own, name",
    [(adam_step, "Adam"), (momentum_step, "Momentum"), (rmsprop_step, "RMSProp"), (sgd_step, "SGD")],
)
@pytest.mark.parametrize("ground", ["ravine", "saddle"])
def test_a_learners_step_function_runs_beside_ours_on_the_same_path(own, name, ground):
    race = OptimizerRace(own, surface=ground)
    assert race.names[-1] == "yours"
    np.testing.assert_allclose(race.runs["yours"].path, race.runs[name].path, rtol=1e-6, atol=1e-6)


def test_yours_may_be_an_optimizer_a_maker_or_several():
    race = OptimizerRace(
        {
            "half": mlpkit.sgd(0.475),
            "maker": mlpkit.sgd,
            "warm": lambda rate: mlpkit.sgd(mlpkit.warm_up(rate, 5)),
        }
    )
    assert race.pack()["fixed"] == [0] * 6 + [1, 0, 0]
    assert race.runs["half"].problem == race.runs["maker"].problem == race.runs["warm"].problem == ""
    assert race.runs["half"].path[1, 1] != race.runs["SGD"].path[1, 1]


def test_the_differences_are_plain():
    """What the texts on the page say, in numbers."""
    arrivals = {
        name: dict(zip(race.names, race.pack()["arrivals"]))
        for name in NAMES
        for race in [OptimizerRace(surface=name)]
    }
    bowl, ravine, saddle, network = (arrivals[name] for name in NAMES)
    assert bowl["SGD"] < min(bowl["Momentum"], bowl["Adam"])
    assert ravine["SGD"] > 1.5 * max(ravine[name] for name in ("Nesterov", "RMSProp", "Adam", "AdamW"))
    assert saddle["SGD"] > 2 * saddle["Adam"]
    assert network["SGD"] > 1.5 * network["RMSProp"]
    ends = {name: one.path[-1] for name, one in OptimizerRace(surface="bowl").runs.items()}
    assert np.linalg.norm(ends["AdamW"]) < np.linalg.norm(ends["Adam"])  # the decay pulls towards (0, 0)


def test_on_the_ravine_sgd_jumps_from_wall_to_wall():
    path = OptimizerRace().runs["SGD"].path
    assert (np.sign(path[:10, 1] - 0.5) == [1, -1] * 5).all()


def test_what_fails_is_kept_and_the_others_run_on():
    def broken(layers, grads, learning_rate):
        raise ZeroDivisionError("on purpose")

    def wrong_shape(param, grad, velocity, learning_rate, momentum):
        return param[:1], velocity

    race = OptimizerRace(
        {"broken": broken, "shape": wrong_shape, "one": lambda param, grad, velocity, learning_rate: param}
    )
    assert "on purpose\nin broken, line" in race.runs["broken"].problem
    assert "returned the shape (1,)" in race.runs["shape"].problem
    assert "returned 1 thing(s): expected 2" in race.runs["one"].problem
    assert np.isfinite(race.runs["Adam"].loss).all()
    assert race.pack()["arrivals"][-1] == np.inf


def test_a_lane_that_diverges_ends_where_it_overflows():
    race = OptimizerRace(rates={"SGD": 10.0}, surface="saddle")
    loss = race.runs["SGD"].loss
    assert not np.isfinite(loss).all()
    assert race.runs["SGD"].problem == ""
    assert "Optimiser race: 6 optimisers" in str(race)
    assert race._repr_mimebundle_()[0]["image/png"].startswith("iVBOR")


def test_rates_surfaces_and_steps_are_set_from_the_page():
    race = OptimizerRace()
    before = race.runs["SGD"].path.copy()
    race.on_rate({"lane": 0, "rate": 0.1})
    assert race.pack()["rates"][0] == 0.1
    assert (race.runs["SGD"].path[1:] != before[1:]).any()
    race.on_usual(None)
    np.testing.assert_array_equal(race.runs["SGD"].path, before)
    race.on_go(30)
    assert race.pack()["at"] == 30
    race.on_choose("bowl")
    assert race.pack()["surface"] == "bowl"
    race._handle_custom_msg({"do": "choose", "value": "<i>"}, [])
    assert "there is no surface '<i>'" in race._problem
    race._handle_custom_msg({"do": "rate", "value": {"lane": 0, "rate": "x"}}, [])
    assert "ValueError" in race._problem


def test_the_sentence_and_the_still_picture():
    race = OptimizerRace()
    assert str(race) == str(OptimizerRace())
    assert "is the first that is 99 % of the way down, at step ≈" in str(race)
    assert "AdamW" in describe(race.figure())


@pytest.mark.parametrize(
    "yours, options, error, says",
    [
        (3, {}, TypeError, "expected an Optimizer"),
        ({str(i): mlpkit.sgd for i in range(5)}, {}, ValueError, "at most 4"),
        (None, {"surface": "hill"}, ValueError, "bowl, ravine, saddle, network"),
        (None, {"rates": {"Sgd": 1.0}}, ValueError, "the lanes are SGD"),
        (None, {"rates": {"SGD": -1.0}}, ValueError, "above 0"),
    ],
)
def test_what_cannot_run_is_refused(yours, options, error, says):
    with pytest.raises(error) as raised:
        OptimizerRace(yours, **options)
    assert says in str(raised.value)
