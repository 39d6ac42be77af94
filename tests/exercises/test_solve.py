"""A lesson solved by the model solutions: the function changes, the rest of its cell stays."""

from tests.notebooks import notebook
from tools.solve import exercises_in, solved

CELL = """before = 1

@exercise
def relu(z):
    '''Negative numbers become 0.'''
    return ...

after = relu(np.array([-1.0, 2.0]))"""


def test_the_solution_takes_the_place_of_the_stub():
    lesson = notebook("import numpy as np", CELL)
    new = solved(lesson).cells[1].source
    assert "..." not in new
    assert new.startswith("before = 1\n\n@exercise\ndef relu(")
    assert new.endswith("after = relu(np.array([-1.0, 2.0]))")
    assert lesson.cells[1].source == CELL


def test_other_functions_stay():
    source = "def relu(z):\n    return ..."
    assert solved(notebook(source)).cells[0].source == source
    assert exercises_in(source) == []
