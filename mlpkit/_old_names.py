"""Modules that were renamed, under the names that saved notebooks import.

A learner's notebook from an earlier version must still run: `from mlpkit.activations import ACTIVATIONS`.
Nothing is imported before such a name is asked for.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_CORE = """
    params activations initializers data network losses backprop gradcheck schedules optimizers metrics
    training history regularizers
""".split()  # noqa: SIM905
MODULES = {
    **{f"mlpkit.{name}": f"mlpkit.core.{name}" for name in _CORE},
    "mlpkit.layers": "mlpkit.core.params",
    "mlpkit.numerical": "mlpkit.core.gradcheck",
    "mlpkit.updates": "mlpkit.core.optimizers",
    "mlpkit.clinic.published": "mlpkit.case_studies",
    "mlpkit.figures.picture": "mlpkit.figures.display",
}
NAMES = {  # what is called otherwise in the new module, or has moved on from there
    "mlpkit.params": {
        "save_params": "mlpkit.core._checkpoint.save_params",
        "load_params": "mlpkit.core._checkpoint.load_params",
    },
    "mlpkit.optimizers": {
        name: f"mlpkit.core.wrappers.{name}"
        for name in ("adamw", "decayed", "clipped", "clip_by_global_norm")
    },
    "mlpkit.figures.picture": {
        "on": "mlpkit.figures.display.axes_or_new",
        "tell": "mlpkit.figures.display.set_description",
    },
    "mlpkit.figures.style": {"look": "mlpkit.figures.style.line_style"},
}


def find(module: str, name: str) -> Any:
    """What an old name of a module stands for; a module that kept its place calls this from `__getattr__`.

    module: str, the full name of the module, for instance "mlpkit.figures.style"
    name: str, what was asked of it
    returns: the function or class
    raises: AttributeError for a name that was never there
    """
    if name not in NAMES.get(module, {}):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    new_module, _, new_name = NAMES[module][name].rpartition(".")
    return getattr(importlib.import_module(new_module), new_name)


class _OldNames:
    """Finder and loader of the old names: the module that Python gets for one of them is the new one."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, self) if _new_place(name) else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        old = module.__name__
        new = importlib.import_module(_new_place(old))
        if old not in NAMES:
            sys.modules[old] = new  # Python's import takes from here what it gives back
            return
        module.__dict__.update({name: part for name, part in vars(new).items() if not name.startswith("__")})
        module.__dict__.update({name: find(old, name) for name in NAMES[old]})


def _new_place(old: str) -> str:
    """The new name of an old module, "" for any other; the modules of a folder moved with it."""
    parent, _, leaf = old.rpartition(".")
    return MODULES.get(old) or (f"{MODULES[parent]}.{leaf}" if parent == "mlpkit.clinic.published" else "")


sys.meta_path.append(_OldNames())  # last: whatever exists under a name comes first
