"""Build the course for a browser tab into build/lite: `make lite`, or `python -m lite.build`.

With `--pyodide FOLDER` a Pyodide distribution goes into the site; without, the tab loads it from its CDN.
"""

import argparse
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlpkit.app.lessons import shipped
from mlpkit.datasets import SHIPPED, bundled, site

from . import compiled, lock, wheels

SITE = wheels.ROOT / "build" / "lite"
OURS = Path("static") / "mlpkit"  # in the site: wheels, the lock, images
CDN = re.compile(r"https://cdn\.jsdelivr\.net/pyodide/v[\w.]+/full/")
EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager", "anywidget")
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
# Loaded while Pyodide starts; what the kernel does not find here it would install, one after the other.
AT_START = ("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython", "mlpkit")
LATE = ("matplotlib", "pillow")  # mlpkit fetches them when something is first drawn: mlpkit/figures/late.py
STORAGE = "mlpkit"  # what the browser calls the files that it keeps; page.mjs knows it too
START = re.compile(r"await import\(\s*'\.\./config-utils\.js")  # how a page of JupyterLite begins


def build(target: Path = SITE, pyodide: Path | None = None) -> None:
    """Build the site.

    target: Path, made anew
    pyodide: Path or None, the folder of a Pyodide distribution that the site is to hold
    raises: OSError or subprocess.CalledProcessError, when something that is needed is missing
    """
    target = Path(target).resolve()
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.mkdir()
        (source / "jupyter-lite.json").write_text(json.dumps(settings(pyodide is not None)), "utf-8")
        copy_lessons(source / "files")
        run_jupyterlite(source, target)
        ours = target / OURS
        ours.mkdir(parents=True)
        begin_with_ours(target, source / "files")
    for name in SHIPPED:
        write_images(name, ours)
    if pyodide is not None:
        ignored = shutil.ignore_patterns("*.map", "*.html", "README.md", "node_modules")
        shutil.copytree(pyodide, target / "static" / "pyodide", ignore=ignored)
    (ours / lock.NAME).write_text(json.dumps(bring_wheels(ours, pyodide)), "utf-8")


def bring_wheels(folder: Path, pyodide: Path | None) -> dict:
    """Put all wheels of a start into the site, in byte code if this machine has a Python that can write it.

    folder: Path, where to put them
    pyodide: Path or None, as for `build`
    returns: dict, the lock file that knows them
    """
    source = cdn() if pyodide is None else str(pyodide)
    original = lock.read(source)
    extension = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / EXTENSIONS[0]
    paths = [wheels.of_mlpkit(folder), wheels.empty("jedi", folder), *wheels.of_the_kernel(extension, folder)]
    paths += wheels.download(wheels.NOT_IN_PYODIDE, folder)
    brought = [wheels.look_into(path) for path in paths]
    whole = lock.extend(original, brought, source if pyodide is None else "../pyodide/", LATE)
    version = original["info"]["python"].rpartition(".")[0]
    python = compiled.python_of(version)
    if python is None:
        print(f"There is no Python {version} here to compile the wheels: the tab will start more slowly.")
        return whole
    files = {wheel.name: wheel.path for wheel in brought}
    late = [name for name in LATE if name in original["packages"]]  # a small Pyodide has none
    for name in lock.needed(whole, [*AT_START, *late]):
        if name not in files and original["packages"][name]["file_name"].endswith(".whl"):
            files[name] = lock.fetch(original["packages"][name], source, folder)
    made = {name: wheels.compile_modules(path, python, version) for name, path in files.items()}
    return lock.replace(whole, made)


def settings(own_pyodide: bool) -> dict:
    """What JupyterLite is told.

    own_pyodide: bool, whether the site holds Pyodide
    returns: dict, for jupyter-lite.json
    """
    kernel = {
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "lockFileURL": f"./{OURS.as_posix()}/{lock.NAME}",
            "packages": list(AT_START),
        },
    }
    if own_pyodide:
        kernel["pyodideUrl"] = "./static/pyodide/pyodide.mjs"
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "mlpkit",
            "contentsStorageName": STORAGE,
            "disabledExtensions": ["@jupyterlab/apputils-extension:announcements"],
            "exposeAppInBrowser": True,
            "litePluginSettings": {KERNEL: kernel},
        },
    }


def copy_lessons(folder: Path) -> None:
    """Put the lessons where the tab's files come from, with what belongs to them.

    folder: Path, made
    """
    ignored = shutil.ignore_patterns("my_mlpkit", ".*", "__pycache__")
    shutil.copytree(shipped(), folder, ignore=ignored)
    for path in folder.glob("*.ipynb"):
        notebook = json.loads(path.read_text("utf-8"))
        join_lines(notebook)
        path.write_text(json.dumps(notebook, ensure_ascii=False), "utf-8")


def join_lines(notebook: dict) -> None:
    """Make one text of each output that is stored in lines: JupyterLite would show commas between them."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if isinstance(output.get("text"), list):
                output["text"] = "".join(output["text"])
            for kind, value in output.get("data", {}).items():
                if isinstance(value, list) and not kind.endswith("json"):
                    output["data"][kind] = "".join(value)


def run_jupyterlite(source: Path, target: Path) -> None:
    """Call JupyterLite's own builder, with the three extensions that the lessons need and no others."""
    extensions = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    missing = [name for name in EXTENSIONS if not (extensions / name).is_dir()]
    if missing:
        raise FileNotFoundError(f"{', '.join(missing)} is not installed: pip install 'mlpkit[lite]'")
    options = {
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(extensions / name) for name in EXTENSIONS],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
    }
    (source / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": options}), "utf-8")
    places = ["--lite-dir", source, "--contents", source / "files", "--output-dir", target]
    command = [sys.executable, "-m", "jupyterlite_core", "build", *map(str, places)]
    done = subprocess.run(command, cwd=source, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise OSError(f"JupyterLite did not build the site:\n{(done.stdout + done.stderr)[-3000:]}")


def write_images(name: str, folder: Path) -> None:
    """Write the images and labels of a set in the parts in which a tab fetches them.

    name: str, one of SHIPPED
    folder: Path, what is ours of the site
    """
    (folder / "data" / name).mkdir(parents=True)
    shutil.copy(wheels.ROOT / "mlpkit" / "datasets" / name / "LICENSE", folder / "data" / name)
    for path, content in parts_of(name):
        (folder / path).write_bytes(gzip.compress(content, 9, mtime=0))


def parts_of(name: str) -> Iterator[tuple[str, bytes]]:
    """The parts of a set, not yet packed.

    name: str, one of SHIPPED
    returns: iterator of (path in what is ours of the site, content)
    """
    stored = bundled.in_memory(name)
    for array, parts in site.PARTS[name].items():
        for start, stop, digest in parts:
            rows = getattr(stored, array)[start:stop]
            yield site.path(name, array, start, digest), rows.astype("uint8").tobytes()


def begin_with_ours(target: Path, lessons: Path) -> None:
    """Let the pages run page.mjs first, and give it the sums of the lessons.

    target: Path, the built site; lessons: Path, the folder that the site's files come from
    """
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(lessons.glob("*.*"))}
    (target / OURS / "lessons.json").write_text(json.dumps(sums), "utf-8")
    shutil.copyfile(Path(__file__).with_name("page.mjs"), target / OURS / "page.mjs")
    ours = f"await import('../{OURS.as_posix()}/page.mjs').catch(() => {{}});\n        "
    for name in ("lab", "notebooks", "tree"):
        page = target / name / "index.html"
        text, count = START.subn(lambda found: ours + found[0], page.read_text("utf-8"))
        if count != 1:
            raise OSError(f"{page} does not begin as the pages of JupyterLite 0.8 do")
        page.write_text(text, "utf-8")


def cdn() -> str:
    """The address from which the installed kernel loads Pyodide."""
    folder = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / EXTENSIONS[0] / "static"
    scripts = [path.read_text("utf-8") for path in folder.glob("*.js")]
    found = {named[0] for named in map(CDN.search, scripts) if named}
    (address,) = found
    return address


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pyodide", type=Path, metavar="FOLDER", help="put this Pyodide into the site")
    try:
        build(pyodide=parser.parse_args().pyodide)
    except (OSError, subprocess.CalledProcessError) as problem:
        sys.exit(f"the site was not built: {problem}")
    print(f"The site is in {SITE}. Try it: python -m lite.serve")
