"""What the doctor finds out about Jupyter: its kernel, its configuration, its extensions for widgets.

All of it is about the JupyterLab of this environment; where there is none, nothing is found.
"""

import ast
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .._where import TERMINAL, place
from .finding import PIP, Finding, uses_jupyterlab
from .lessons import shipped

if TYPE_CHECKING:
    from jupyter_client.kernelspec import KernelSpecManager
    from traitlets.config import Config

KERNEL = "python3"  # the kernel that the lessons ask for
PATIENCE = 60  # seconds for a kernel to start on a busy machine
ASKED = {
    "python": "__import__('sys').executable",
    "mlpkit": "(__import__('mlpkit').__version__, __import__('mlpkit').__file__)",
}


def widgets() -> list[Finding]:
    """JupyterLab finds the two extensions that draw widgets."""
    if not uses_jupyterlab():
        return []
    from jupyter_core.paths import jupyter_path

    found = []
    for package, extension in (
        ("ipywidgets", "@jupyter-widgets/jupyterlab-manager"),
        ("anywidget", "anywidget"),
    ):
        places = [Path(folder) / extension for folder in jupyter_path("labextensions")]
        if any(place.is_dir() for place in places):
            found.append(Finding("widgets", "good", f"JupyterLab finds the extension {extension}"))
        else:
            cure = f"{PIP} --force-reinstall {package}, then reload the page"
            found.append(
                Finding("widgets", "broken", f"JupyterLab does not find the extension {extension}", cure)
            )
    return found


def kernel() -> list[Finding]:
    """The kernel that JupyterLab starts for a lesson can import this mlpkit: it is started, and asked."""
    if place() is not TERMINAL or not uses_jupyterlab():  # a notebook that asks has its kernel already
        return []
    import mlpkit

    try:
        answers = _ask_kernel()
    except Exception as problem:  # it cannot be started, or it ended: the reason is in its own words
        return [Finding("kernel", "broken", f"the kernel {KERNEL} does not start: {problem}", _kernel_cure())]
    if answers["mlpkit"].startswith("!"):
        seen = f"JupyterLab starts {answers['python']}, where `import mlpkit` fails: {answers['mlpkit'][1:]}"
        return [Finding("kernel", "broken", seen, _kernel_cure())]
    there, file = ast.literal_eval(answers["mlpkit"])
    if there != mlpkit.__version__:
        seen = f"JupyterLab starts {answers['python']}, where mlpkit is {there} at {file}"
        return [Finding("kernel", "broken", f"{seen}; here it is {mlpkit.__version__}", _kernel_cure())]
    return [Finding("kernel", "good", f"JupyterLab starts {answers['python']}, where `import mlpkit` works")]


def configuration() -> list[Finding]:
    """Jupyter's own configuration does not keep the lessons out of its reach."""
    if not uses_jupyterlab():
        return []
    settings = server_settings()
    for app in ("ServerApp", "LabApp", "NotebookApp"):
        root = settings[app].get("root_dir") or settings[app].get("notebook_dir")
        if root and not Path.cwd().is_relative_to(Path(os.path.expanduser(root)).resolve()):
            seen = f"your configuration lets Jupyter see {root} alone, and you are in {Path.cwd()}"
            cure = f"open the lessons with `mlpkit lab`, or take {app}.root_dir out of the configuration"
            return [Finding("configuration", "note", seen, cure)]
    return []


def server_settings() -> "Config":
    """Jupyter's configuration as its server reads it.

    returns: Config, what the files say in all the folders where Jupyter looks
    """
    from jupyter_core.application import JupyterApp

    class Reader(JupyterApp):
        def _configure_logging(self) -> None:
            """Leave logging alone: to set it up closes the handlers of others, and with some their stream."""

    app = Reader()
    for name in ("jupyter_server_config", "jupyter_lab_config"):
        app.config_file_name = name
        app.load_config_file(suppress_errors=True)
    return app.config


def _kernel_specs() -> "KernelSpecManager":
    # An older ipykernel imports its debugger to answer, which warns about Python's frozen modules.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    from jupyter_client.kernelspec import KernelSpecManager
    from traitlets.utils.importstring import import_item

    settings = server_settings()
    named = settings.ServerApp.get("kernel_spec_manager_class")
    kind = import_item(named) if isinstance(named, str) else named or KernelSpecManager
    return kind(config=settings)


def _ask_kernel() -> dict[str, str]:
    """Start the lessons' kernel as the server would, in the lessons' folder.

    returns: dict, for each of ASKED what the kernel answers; an error begins with "!"
    raises: Exception, when it does not start; its text ends with the last line that the kernel wrote
    """
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name=KERNEL, kernel_spec_manager=_kernel_specs())
    with tempfile.TemporaryFile() as said:
        try:
            manager.start_kernel(cwd=str(shipped()), stdout=subprocess.DEVNULL, stderr=said)
            client = manager.blocking_client()
            client.start_channels()
            try:
                client.wait_for_ready(timeout=PATIENCE)
                reply = client.execute("", user_expressions=ASKED, reply=True, timeout=PATIENCE)
            finally:
                client.stop_channels()
        except Exception as problem:
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").split("\n")
            last = next((line.strip() for line in reversed(lines) if line.strip()), "")
            raise RuntimeError(last or str(problem).rstrip(".")) from problem
        finally:
            if manager.has_kernel:
                manager.shutdown_kernel(now=True)
    return {name: _answer(reply["content"]["user_expressions"][name]) for name in ASKED}


def _answer(told: dict) -> str:
    if told["status"] == "error":
        return f"!{told['ename']}: {told['evalue']}"
    return told["data"]["text/plain"].strip("'")


def _kernel_cure() -> str:
    """How to make the kernel of that name one of this Python."""
    from jupyter_core.paths import prefer_environment_over_user

    where = "--sys-prefix" if prefer_environment_over_user() else "--user"
    install = f"{sys.executable} -m ipykernel install {where}"
    if os.environ.get("JUPYTER_PATH"):
        install = f"unset JUPYTER_PATH, and {install}"
    return f"open the lessons with `mlpkit lab`, which starts this Python; for every notebook: {install}"
