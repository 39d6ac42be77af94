"""The command `mlpkit`: open the lessons, say what works on this machine, look after data and workbooks.

Each command imports what it needs only when it runs, so that a mistyped one is refused at once.
"""

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .._where import replace_unknown_signs

Command = Callable[[argparse.Namespace], int]

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    arguments: list of str or None, the words after `mlpkit`; None: those of the command line
    returns: int, the exit status: 0 all went well, 1 something is broken, 2 the words make no sense
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    words, jupyter = _split_at_dashes(words)
    replace_unknown_signs()
    options = _parser().parse_args(words)
    options.jupyter = jupyter
    try:
        status = options.run(options)
        if sys.stdout:
            sys.stdout.flush()
        return status
    except BrokenPipeError:
        _hush()
        return 1
    except (ValueError, OSError, ImportError) as problem:
        print(f"mlpkit {options.command}: {_sentence(problem)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def lab(options: argparse.Namespace) -> int:
    """Open JupyterLab at the first lesson, in the checkout or in a folder of the learner's."""
    from .._where import place
    from . import lessons as course
    from .finding import PIP, version

    if version("jupyterlab") is None:
        raise ImportError(f"JupyterLab is not installed here: {PIP} 'mlpkit[lab]'")
    folder = course.home(options.folder)
    first = folder / min(path.name for path in course.shipped().glob("*.ipynb"))  # no copy of the learner's
    if not first.is_file():
        raise FileNotFoundError(f"there is no lesson in {folder}; install mlpkit again, or clone it anew")
    if place().difference:
        print(f"This is {place().name}. {place().difference}.")
    print(f"The lessons are in {folder}. Stop JupyterLab here with Ctrl+C, twice.", flush=True)
    os.environ.update(lab_environment())
    return start_jupyterlab([str(first), *_at_lesson(first, options.jupyter), *_as_root(), *options.jupyter])


def _at_lesson(first: Path, words: Sequence[str]) -> list[str]:
    """The folder that JupyterLab shows, and the page of the address that it prints.

    A folder that a configuration names might not hold the lesson.
    """
    names = ("root_dir", "notebook-dir", "notebook_dir")
    if any(word.partition("=")[0].endswith(names) for word in words):
        return []
    return [f"--ServerApp.root_dir={first.parent}", f"--LabApp.default_url=/lab/tree/{first.name}"]


def _as_root() -> list[str]:
    """Jupyter starts for root only when told to; in a container everybody is root, and means it."""
    return ["--allow-root"] if getattr(os, "geteuid", lambda: None)() == 0 else []


def start_jupyterlab(words: list[str]) -> int:
    """Run JupyterLab in this very process, so that Ctrl+C and a signal to stop reach it.

    words: list of str, what follows `jupyter lab`
    returns: int, its exit status
    """
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(words)
    return 0


def lab_environment() -> dict[str, str]:
    """The environment for JupyterLab: one BLAS thread, this Python as kernel, no pop-up about news.

    returns: dict, name to value; the number of threads and the configuration that the user has set stay
    """
    environment = dict(os.environ)
    for name in ONE_THREAD:
        environment.setdefault(name, "1")  # small matrices: a second thread costs more than it brings
    settings = str(Path(__file__).parent / "lab_settings")

    def joined(*paths: str | None) -> str:
        return os.pathsep.join(path for path in paths if path)

    environment["JUPYTER_CONFIG_PATH"] = joined(environment.get("JUPYTER_CONFIG_PATH"), settings)
    # Before all others: another program may have put a kernel of the same name there, with another Python.
    environment["JUPYTER_PATH"] = joined(settings, environment.get("JUPYTER_PATH"))
    return environment


def doctor(options: argparse.Namespace) -> int:
    """Say what works here and how to mend what does not."""
    from .doctor import examine, report

    findings = examine()
    print(report(findings))
    return 1 if any(finding.state == "broken" for finding in findings) else 0


def data(options: argparse.Namespace) -> int:
    """Unpack or prepare data sets, and read every byte of them to see that it is sound."""
    from .. import datasets

    print(f"The data lie in {datasets.cache_folder()}.")
    states = [_look_after(name) for name in options.names or list(datasets.SHIPPED)]
    return 0 if all(states) else 1


def new(options: argparse.Namespace) -> int:
    """Write an empty lesson that has the order every lesson has."""
    from . import lessons as course

    print(f"{course.blank(options.file)} is ready: open it in JupyterLab.")
    return 0


def workbook(options: argparse.Namespace) -> int:
    """Take the whole workbook out as one file, or bring it in again."""
    from ..exercises.workbook.transfer import export_workbook, import_workbook
    from . import lessons as course

    folder = course.workbook()
    if options.action == "export" and not folder.is_dir():
        raise FileNotFoundError(f"there is no workbook at {folder}; go to the folder of the lessons first")
    os.environ["MLPKIT_WORKBOOK"] = str(folder)
    done = export_workbook(options.file) if options.action == "export" else import_workbook(options.file)
    print(f"{done} (workbook: {folder}).")
    return 0


def report(options: argparse.Namespace) -> int:
    """Read the saved notebooks and workbooks of a class, without running them."""
    from ..exercises.report.collect import survey
    from ..exercises.report.render import WRITERS, as_text, default_file, save

    work = survey(options.folder)
    try:
        print(as_text(work), flush=True)
    except BrokenPipeError:
        _hush()  # the files are written all the same
    files = {kind: getattr(options, kind) for kind in WRITERS if getattr(options, kind)}
    for kind, path in (files or {"csv": default_file(options.folder)}).items():
        print(save(work, kind, path))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="mlpkit", description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    def add(run: Command) -> argparse.ArgumentParser:
        line = (run.__doc__ or run.__name__).partition("\n")[0]  # python -OO takes the docstrings away
        command = commands.add_parser(run.__name__, help=line, description=line)
        command.set_defaults(run=run)
        return command

    command = add(lab)
    command.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="keep the lessons in this folder"
    )
    command.epilog = "What follows -- goes to JupyterLab: mlpkit lab -- --no-browser --port=8889"
    add(doctor)
    command = add(data)
    command.add_argument("names", nargs="*", metavar="NAME", help="such as mnist or emnist/letters")
    command = add(new)
    command.add_argument("file", type=Path, metavar="FILE", help="the notebook to make")
    command = add(workbook)
    command.add_argument("action", choices=["export", "import"])
    command.add_argument("file", type=Path, metavar="FILE", help="a .zip file")
    command = add(report)
    command.add_argument("folder", type=Path, metavar="FOLDER", help="one folder for each learner in it")
    where = "; by default, and if no other file is asked for, into FOLDER"
    for kind, what in (("csv", f"one line for each exercise{where}"), ("json", "all"), ("html", "a page")):
        command.add_argument(f"--{kind}", type=Path, metavar="FILE", help=what)
    return parser


class _Parser(argparse.ArgumentParser):
    """argparse, which names the nearest word when one is mistyped."""

    def _check_value(self, action: argparse.Action, value: str) -> None:
        if action.choices is not None and value not in action.choices:
            near = difflib.get_close_matches(str(value), list(action.choices), n=1)
            hint = f"did you mean {near[0]!r}?" if near else "there are " + ", ".join(action.choices)
            raise argparse.ArgumentError(None, f"there is no {value!r}: {hint}")


def _split_at_dashes(words: list[str]) -> tuple[list[str], list[str]]:
    """What stands before a lone `--`, and what after it."""
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def _hush() -> None:
    """Whoever read along (`| head`) has seen enough: that is no error, and the rest goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _sentence(problem: Exception) -> str:
    """An error in words; those of the system itself come as [Errno 28] No space left on device: '/a/b'."""
    if not isinstance(problem, OSError) or problem.strerror is None:
        return str(problem)
    where = f" {problem.filename}" if problem.filename else ""
    missing = isinstance(problem, FileNotFoundError)
    cure = "Check the name" if missing else "Choose another place, or make room there"
    return f"cannot read or write{where}: {problem.strerror}. {cure}."


def _look_after(name: str) -> bool:
    """Unpack one data set, read all of it, print one line; what is wrong with one does not stop the next."""
    from .. import datasets

    try:
        datasets.unpack(name)
        problems = datasets.verify(name)
        stored = datasets.open_set(name)
    except (ValueError, OSError, ImportError) as problem:
        problems = [str(problem)]
    if problems:
        print(f"{name}: " + " ".join(problems), file=sys.stderr)
        return False
    train, test = len(stored.train_images), len(stored.test_images)
    print(f"{name}: {train:,} images to learn from and {test:,} to test with, every byte as it should be.")
    return True
