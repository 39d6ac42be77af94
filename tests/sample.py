"""Tables of many alike rows: `make test` looks at some of them, `make test-all` at all."""

import pytest


def sample(rows, every):
    """Mark all rows but each n-th as slow.

    rows: list of tuples; every: int, n
    returns: list for pytest.mark.parametrize
    """
    return [
        row if i % every == 0 else pytest.param(*row, marks=pytest.mark.slow) for i, row in enumerate(rows)
    ]
