"""What is called right is right in every case, and observation and suspicion speak of the same thing."""

import numpy as np
import pytest

from mlpkit.exercises.diagnosis.evidence import wrong_part
from mlpkit.exercises.diagnosis.render import render
from mlpkit.exercises.diagnosis.scope import scope_of

from .findings import E, evidence_of, finding_of


def scope(name, program):
    return scope_of(wrong_part(evidence_of(name, program)))


def test_a_step_that_is_wrong_in_another_case_is_not_called_right():
    def decay(
        param, grad, mean, mean_square, *rest
    ):  # the first case starts from 0, where a decay does nothing
        new, *means = E["adam_step"](param, grad, mean, mean_square, *rest)
        return (new - 0.01 * param, *means)

    found = scope("adam_step", decay)
    assert found.right_parts == ["`mean`", "`mean_square`"]
    assert found.pattern == ""


def test_steps_that_are_right_in_every_case_are_told():
    found = scope("momentum_step", lambda p, g, v, r, m: E["momentum_step"](p, g, v, r, m * m))
    assert (found.right_places, found.pattern) == (["step 1"], "from")


def test_places_of_one_part_are_not_told_as_those_of_all():
    def program(layers, entered, dlogits):
        grads = E["backward"](layers, entered, dlogits)
        return [(w * 3 if i == 1 else w, b + 1 if i == 0 else b) for i, (w, b) in enumerate(grads)]

    found = scope("backward", program)
    assert found.wrong_parts == ["`dweights`", "`dbias`"]
    assert all(place.startswith("`dbias` of layer") for place in [*found.right_places, *found.wrong_places])


def test_the_last_layer_is_told_whatever_its_number():
    found = scope(
        "backward", lambda *a: [*E["backward"](*a)[:-1], tuple(7 * g for g in E["backward"](*a)[-1])]
    )
    assert found.pattern in ("last wrong", "last")
    assert "layer" in (found.wrong_places[0])


@pytest.mark.parametrize(
    "program",
    [
        lambda dz, x, w: (dz @ w.T, x.T @ dz / len(dz), dz.sum(0)),
        lambda dz, x, w: (dz @ w.T, x.T @ dz, dz.mean(0)),
        lambda dz, x, w: (dz @ w.T, np.abs(x.T @ dz), dz.sum(0)),
    ],
)
def test_observation_and_suspicion_have_one_case(program):
    found = finding_of("affine_backward", program)
    assert found.facts["seen"].case == found.case or not found.case
    if found.code == "known mistake":
        assert found.facts["seen"].part.startswith(found.part)


def test_the_closing_sentence_speaks_of_a_wrong_case():
    text = render(finding_of("affine", lambda x, w, b: np.sin(9 * (x @ w)) + np.cos(7 * b)))
    assert "wrong case" in text
