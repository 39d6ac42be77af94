"""The names and numbers that messages are made of: "`dweights` of layer [1]", "0.3333".

Nothing here is a sentence; sentences are made in render.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from ..checker.answers import InvalidAnswer, Leaf
from ..spec import Exercise

LONGEST = 70  # characters of source in a sentence


def number(value: float) -> str:
    """A number with four digits, no more."""
    value = float(value) + 0.0  # no "-0"
    if not math.isfinite(value):
        return {"nan": "NaN", "inf": "infinity", "-inf": "minus infinity"}[str(value)]
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e6 else f"{value:.4g}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """ "a, b and c"."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def some(words: Iterable[str], most: int) -> str:
    """ "a, b, c and more": the first few of a list of words."""
    words = list(words)
    return listed([*words[:most], "more"] if len(words) > most + 1 else words)


def shortened(source: str) -> str:
    """Source for a sentence: a long one ends with "..."."""
    source = source.replace("`", "'")
    return source if len(source) <= LONGEST else source[:LONGEST].rstrip() + " ..."


def counted(count: int, noun: str) -> str:
    """ "1 batch", "3 batches"."""
    many = "es" if noun.endswith("ch") else "s"
    return f"{count} {noun}{many if count != 1 else ''}"


def place(index: tuple[int, ...]) -> str:
    """Where an entry stands: "[0, 2]"."""
    return f"[{', '.join(str(int(i)) for i in index)}]"


def shape_words(spec: str, shape: tuple[int, ...]) -> str:
    """A shape with the names of its axes: "(batch, classes) = (5, 3)"."""
    names = spec.split()
    if spec == "number" or shape == ():
        return "one number"
    if len(names) != len(shape) or spec == "numbers":
        return f"shape {shape}"
    return f"({', '.join(names)}{',' if len(names) == 1 else ''}) = {tuple(shape)}"


def leaf_name(leaf: Leaf, exercise: Exercise) -> str:
    """What an array of the answer is called: "`dweights` of layer [1]", "`entered[1]`", "the result"."""
    step = leaf.name.startswith("step of ")
    name = f"the step of `{leaf.name[8:]}`" if step else f"`{leaf.name}`"
    if leaf.index is None:
        return name if leaf.name else "the result"
    item = item_name(exercise, leaf.name, leaf.index)
    if not leaf.name or item.startswith("`"):
        return item
    return f"{name} {'after' if exercise.list_item == 'step' else 'of'} {item}"


def item_name(exercise: Exercise, name: str, index: int) -> str:
    """What an item of a list is called, as in code: "`entered[1]`", "layer [1]"; steps count from 1."""
    if exercise.list_item == "step":
        return f"step {index + 1}"
    whole = exercise.output.get(name) if isinstance(exercise.output, dict) else None
    return f"`{name}[{index}]`" if isinstance(whole, list) else f"{exercise.list_item} [{index}]"


def type_words(leaf: Leaf) -> str:
    """What came instead of an array of numbers."""
    if isinstance(leaf.value, InvalidAnswer):
        return leaf.value.what
    if leaf.value.ndim == 0 and leaf.value.dtype.kind == "b":
        return str(bool(leaf.value))
    kind = {"b": "True and False", "c": "complex numbers", "f": "floats", "i": "integers", "u": "integers"}
    what = kind.get(leaf.value.dtype.kind, str(leaf.value.dtype))
    return what if leaf.value.ndim == 0 else f"an array of {what} ({leaf.value.dtype})"


def asked_for(output: object, list_item: str) -> str:
    """The structure of the answer in words."""
    if isinstance(output, dict):
        names = [
            name if not isinstance(part, dict) else f"({', '.join(part)})" for name, part in output.items()
        ]
        return f"a tuple ({', '.join(names)})"
    if isinstance(output, list):
        inner = asked_for(output[0], list_item).removeprefix("a tuple ").removeprefix("one NumPy ")
        return f"a list with {inner} for each {list_item}"
    if output in ("number", "numbers"):
        return "one number" if output == "number" else "a list of numbers"
    if not output:  # its shape differs from case to case
        return "a number or an array"
    return f"one NumPy array, ({output.replace(' ', ', ')}{',' if ' ' not in output else ''})"
