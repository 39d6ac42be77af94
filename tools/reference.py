"""The API reference of the reading edition: every public name, with its signature and its docstring.

It is made from the docstrings alone, in the order of the front door; nothing is written twice.
"""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import mlpkit

# Where the names that come later have their home, in the order in which the reference shows them.
ROOMS = ("mlpkit.exercises", "mlpkit.figures", "mlpkit.widgets", "mlpkit.clinic", "mlpkit.capstone")
HEAD = """# Reference

Every public name with its docstring. `import mlpkit` gives the names of the core.
Other names are imported from the module that stands above them.
`images (batch, 784)` means an array of that shape: rows are examples.
"""


def page() -> str:
    """The whole reference, in Markdown."""
    parts = [HEAD]
    rooms = [(room, sorted(room.__all__)) for room in map(import_module, ROOMS)]
    for module, names in [*core(), *rooms]:
        parts += [f"## {module.__name__}", _words(module)]
        parts += [entry(name, getattr(module, name)) for name in names]
    return "\n\n".join(parts) + "\n"


def core() -> Iterator[tuple[ModuleType, list[str]]]:
    """Each module of the core that the front door opens, and the names from it, in the front door's order."""
    homes: dict[str, list[str]] = {}
    for name, value in vars(mlpkit).items():
        home = getattr(value, "__module__", "")
        if not name.startswith("_") and home.startswith("mlpkit.core."):
            homes.setdefault(home, []).append(name)
    for home, names in sorted(homes.items(), key=lambda item: "._" in item[0]):  # the rest keeps its order
        yield import_module(home), names


def entry(name: str, value: object) -> str:
    """One name: its signature, its first sentence, and the rest of the docstring as it stands."""
    signature = _signature(value) if callable(value) else ""
    first, _, rest = _words(value).partition("\n\n")
    parts = [f"### {name}", f"```python\n{name}{signature}\n```", " ".join(first.split())]
    return "\n\n".join([*parts, f"```text\n{rest}\n```"] if rest else parts)


def _signature(value: object) -> str:
    try:
        return re.sub(r"ForwardRef\('(.*?)'\)|'(.*?)'", r"\1\2", str(inspect.signature(value)))
    except (TypeError, ValueError):  # a class that says nothing of its arguments
        return "(...)"


def _words(value: object) -> str:
    """A docstring; an object of a documented class, such as `relu`, has its class's."""
    return inspect.getdoc(value) or inspect.getdoc(type(value)) or ""
