"""A small data set that can be learned, and an empty workbook, for every test of the capstone."""

import pytest

from mlpkit import Dataset
from tests.nets import examples


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    monkeypatch.setenv("MLPKIT_HEADLESS", "1")
    return tmp_path / "book"


@pytest.fixture(scope="session")
def data():
    splits = (examples(count, seed=seed) for seed, count in enumerate((120, 40, 50)))
    return Dataset("small", ("a", "b", "c"), *splits)
