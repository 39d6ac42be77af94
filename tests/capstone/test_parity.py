"""The same numbers from the same weights: the learner, mlpkit, and two libraries, asked here or stored."""

from importlib import import_module

import numpy as np
import pytest

from mlpkit.capstone import parity
from mlpkit.exercises import mine

reference_libraries = import_module("mlpkit.capstone.reference_libraries")

STORED = {name: reference_libraries.stored(name) for name in reference_libraries.LIBRARIES}


def own():
    _, loss_and_grads, optimizer, _ = mine.as_network("adam_step", 0.001)
    return loss_and_grads, optimizer


def test_the_same_numbers_as_the_stored_ones():
    found = parity(*own(), ask=lambda: STORED)
    assert found.same
    assert [row.who for row in found.rows] == ["yours", "scikit-learn", "PyTorch"]
    names = ["loss", "dW1", "db1", "dW2", "db2", "dW3", "db3", "10 Adam steps"]
    assert all(list(row.differences) == names for row in found.rows)
    assert max(max(row.differences.values()) for row in found.rows) < 1e-6
    assert "✗" not in repr(found)


@pytest.mark.parametrize("have", [(), ("PyTorch",), ("scikit-learn",), ("PyTorch", "scikit-learn")])
def test_the_table_reads_alike_whatever_is_installed(have, monkeypatch):
    real = reference_libraries._installed
    monkeypatch.setattr(reference_libraries, "_installed", lambda name: name in have and real(name))
    found = parity(*own())
    assert repr(found) == repr(parity(*own(), ask=lambda: STORED))
    for row in found.rows[1:]:
        if row.who not in have:
            assert row.source == "stored"


@pytest.mark.parametrize("name", reference_libraries.LIBRARIES)
def test_an_installed_library_says_what_is_stored(name):
    pytest.importorskip(reference_libraries.LIBRARIES[name][1])
    loss, grads, after = reference_libraries.LIBRARIES[name][2](*reference_libraries.problem())
    assert loss == pytest.approx(STORED[name].loss, rel=1e-9)
    for here, there in ((grads, STORED[name].grads), (after, STORED[name].after)):
        assert np.linalg.norm(here - there) < 1e-6 * np.linalg.norm(there)


def test_a_library_that_breaks_or_takes_too_long_is_stood_in_for(monkeypatch):
    monkeypatch.setattr(reference_libraries, "_installed", lambda name: True)
    monkeypatch.setattr(reference_libraries, "PATIENCE", 0.0)
    assert {result.source for result in reference_libraries.ask().values()} == {"stored"}


def test_the_loss_and_adam_are_not_trivially_equal():
    params, batches = reference_libraries.problem()
    result = STORED["PyTorch"]
    assert np.linalg.norm(result.after - params.flat) > 1e-3 * np.linalg.norm(params.flat)
    assert all(np.abs(part).max() > 0 for layer in params.like(result.grads) for part in layer)
    assert len(batches) == 10


def test_a_bias_gradient_averaged_twice_shows_in_its_columns_and_adam_hides_it():
    loss_and_grads, optimizer = own()

    def wrong(params, images, labels):
        loss, grads = loss_and_grads(params, images, labels)
        for layer in grads:
            layer.bias[...] /= len(labels)
        return loss, grads

    row = parity(wrong, optimizer, ask=dict).rows[0]
    off = [name for name, value in row.differences.items() if value > 1e-5]
    assert off == ["db1", "db2", "db3"]  # Adam measures each gradient in its own size
    assert not row.same


def test_nan_is_a_difference_and_an_error_gets_a_line():
    loss_and_grads, optimizer = own()

    def nan(params, images, labels):
        loss, grads = loss_and_grads(params, images, labels)
        return loss, grads.like(grads.flat * np.nan)

    assert "✗" in repr(parity(nan, optimizer, ask=lambda: STORED))

    def broken(params, images, labels):
        raise RuntimeError("no idea")

    found = parity(broken, optimizer, ask=lambda: STORED)
    assert "✗ RuntimeError: no idea" in repr(found)
    assert not found.same
    assert found.rows[1].same


def test_the_details_say_where_the_numbers_are_from():
    told = parity(*own(), ask=lambda: STORED).details()
    assert "PyTorch" in told
    assert "stored" in told
