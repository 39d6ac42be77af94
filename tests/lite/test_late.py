"""What draws comes late into a tab: an import fetches wheels, compares them, and unpacks all or none."""

import hashlib
import importlib
import sys
import types

import pytest

from lite import wheels
from mlpkit.figures import late

SITE = "http://127.0.0.1:8000"
NEEDS = {"drawn": ["Line_Art", "present"], "line-art": [], "present": ["never-asked"], "another": []}
NAMES = {"line-art": "Line_Art"}  # what a lock file calls a package may differ from its key


class Loaded(types.SimpleNamespace):
    """A JavaScript object."""

    def to_py(self):
        return vars(self)


@pytest.fixture
def tab(monkeypatch, tmp_path):
    """A site with the wheels of two packages, and a Python that may fetch them; `files` can be changed."""
    files, packages = {}, {}
    for key, needs in NEEDS.items():
        name = NAMES.get(key, key)
        module = f"late_{name.lower()}" if key != "drawn" else "drawn"
        inside = {f"{module}/__init__.py": b"number = 7\n", f"{name}-1.dist-info/RECORD": b""}
        if key == "drawn":
            inside["drawn/part.py"] = b"from late_line_art import number\n"
        path = wheels.pack(inside, tmp_path / f"{name}-1-py3-none-any.whl")
        address = f"{SITE}/static/{'pyodide' if key == 'line-art' else 'mlpkit'}/{path.name}"
        files[address] = path.read_bytes()
        packages[key] = {
            "name": name,
            "file_name": f"../pyodide/{path.name}" if key == "line-art" else path.name,
            "sha256": hashlib.sha256(files[address]).hexdigest(),
            "depends": needs,
        }

    class Request:
        new = classmethod(lambda cls: cls())

        def open(self, method, address, later):
            assert (method, later) == ("GET", False)
            self.address = address

        def send(self):
            content = files.get(self.address)
            if content is Exception:
                raise content("there is no network")
            self.status = 200 if content else 404
            self.response = types.SimpleNamespace(to_bytes=lambda: content)

    announced = []
    channel = types.SimpleNamespace(postMessage=announced.append, close=lambda: None)
    js, pyodide_js = types.ModuleType("js"), types.ModuleType("pyodide_js")
    js.XMLHttpRequest = Request
    js.location = types.SimpleNamespace(href=f"{SITE}/extensions/kernel/worker.js")
    js.BroadcastChannel = types.SimpleNamespace(new=lambda name: channel)
    pyodide_js.lockfile = types.SimpleNamespace(packages=types.SimpleNamespace(to_py=lambda: packages))
    pyodide_js.loadedPackages = Loaded(present="default channel")
    monkeypatch.setitem(sys.modules, "js", js)
    monkeypatch.setitem(sys.modules, "pyodide_js", pyodide_js)
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, late.Finder("drawn", str(folder))])
    yield types.SimpleNamespace(
        files=files, folder=folder, loaded=pyodide_js.loadedPackages, announced=announced, packages=packages
    )
    for name in ("drawn", "drawn.part", "late_line_art"):
        sys.modules.pop(name, None)


def test_an_import_brings_what_is_not_there_and_nothing_else(tab):
    assert importlib.import_module("drawn.part").number == 7
    assert {path.name for path in tab.folder.iterdir() if "-" not in path.name} == {"drawn", "late_line_art"}
    assert vars(tab.loaded) == dict.fromkeys(("present", "drawn", "Line_Art"), "default channel")
    assert late.missing("drawn") == []
    assert importlib.util.find_spec("late_another") is None  # the finder gives one package alone


@pytest.mark.parametrize("which", ["drawn", "Line_Art"])
@pytest.mark.parametrize(
    ("content", "told", "cure"),
    [
        (None, "answers 404", "Reload the page"),
        (Exception, "does not answer", "Check the network"),
        (b"PK and no more", "is damaged: its SHA-256 sum begins with", "Reload the page"),
    ],
)
def test_what_does_not_come_whole_is_an_error_and_leaves_nothing(tab, which, content, told, cure):
    (address,) = (name for name in tab.files if f"/{which}-" in name)
    whole, tab.files[address] = tab.files[address], content
    for _ in range(2):
        with pytest.raises(OSError) as caught:
            importlib.import_module("drawn")
        assert all(words in str(caught.value) for words in (address, told, cure, "run the cell again"))
        assert list(tab.folder.iterdir()) == []
        assert vars(tab.loaded) == {"present": "default channel"}
    tab.files[address] = whole
    assert importlib.import_module("drawn").number == 7


def test_the_page_is_told_ahead_and_only_if_the_site_has_it(tab, monkeypatch):
    before = list(sys.meta_path)
    late.install()
    assert sys.meta_path == before
    assert tab.announced == []
    monkeypatch.setattr(late, "NAME", "drawn")
    late.install()
    assert len(sys.meta_path) == len(before) + 1
    assert sorted(tab.announced) == sorted(
        name for name in tab.files if "/drawn-" in name or "/Line_Art-" in name
    )
