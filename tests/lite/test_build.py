"""What the site of the tab is made of: wheels, a lock file, lessons that JupyterLite shows as they are."""

import hashlib
import importlib.util
import json
import marshal
import sys
import zipfile

import pytest

from lite import build, compiled, lock, wheels
from mlpkit.datasets import SHIPPED, site
from tests.notebooks import ROOT

OWN = {
    "mlpkit/__init__.py": b"",
    "mlpkit-0.1.0.dist-info/METADATA": (
        b"Metadata-Version: 2.4\nName: mlpkit\nVersion: 0.1.0\nRequires-Dist: numpy>=1.26\n"
        b"Requires-Dist: matplotlib>=3.9\n"
        b"Requires-Dist: Typing_Extensions\nRequires-Dist: jupyterlab>=4; extra == 'lab'\n"
    ),
    "mlpkit-0.1.0.dist-info/RECORD": b"old",
}
PYODIDES = {
    "info": {"python": "3.14.2"},
    "packages": {
        "numpy": {"name": "numpy", "version": "2.4.6", "file_name": "numpy.whl", "depends": []},
        "matplotlib": {"name": "matplotlib", "file_name": "mpl.whl", "depends": ["numpy", "Contour_Py"]},
        "contour-py": {"name": "contour_py", "file_name": "contour.whl", "depends": ["numpy"]},
    },
}


@pytest.fixture
def wheel(tmp_path):
    return wheels.pack(OWN, tmp_path / "mlpkit-0.1.0-py3-none-any.whl")


def test_the_name_of_a_wheel_changes_with_what_is_in_it(wheel, tmp_path):
    other = wheels.pack(OWN | {"mlpkit/a.py": b"1"}, tmp_path / "mlpkit-0.1.0-py3-none-any.whl")
    assert other.name != wheel.name
    again = wheels.pack(OWN, tmp_path / "mlpkit-0.1.0-py3-none-any.whl")
    assert again == wheel
    name, version, number, *tags = wheel.name.split("-")
    assert (name, version, tags) == ("mlpkit", "0.1.0", ["py3", "none", "any.whl"])
    assert number[0].isdigit()  # as the form of wheels wants it


def test_a_wheel_has_a_record_of_all_its_files(wheel):
    with zipfile.ZipFile(wheel) as file:
        record = file.read("mlpkit-0.1.0.dist-info/RECORD").decode().splitlines()
        assert {line.partition(",")[0] for line in record} == set(file.namelist())


def test_what_a_wheel_needs_and_offers_is_read_from_it(wheel):
    found = wheels.look_into(wheel)
    assert (found.name, found.version, found.imports) == ("mlpkit", "0.1.0", ["mlpkit"])
    assert found.requires == ["numpy", "matplotlib", "typing-extensions"]


def test_the_lock_knows_pyodides_packages_and_ours(wheel):
    whole = lock.extend(PYODIDES, [wheels.look_into(wheel)], "https://cdn.example.org/", build.LATE)
    found = whole["packages"]
    assert found["numpy"]["file_name"] == "https://cdn.example.org/numpy.whl"
    assert found["mlpkit"]["file_name"] == wheel.name  # beside the lock
    assert found["mlpkit"]["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert found["mlpkit"]["depends"] == ["numpy"]  # typing-extensions is in neither
    assert PYODIDES["packages"]["numpy"]["file_name"] == "numpy.whl"  # the original is as it was
    assert lock.needed(whole, ["mlpkit"]) == ["mlpkit", "numpy"]  # what draws does not come at the start
    assert found["matplotlib"]["depends"] == ["numpy", "Contour_Py"]  # a cell's own import finds it


def test_stored_outputs_are_texts_and_lessons_are_else_as_they_are(tmp_path):
    build.copy_lessons(tmp_path / "files")
    for path in sorted((ROOT / "lessons").glob("[0-9]*.ipynb")):
        old, new = (json.loads(p.read_text("utf-8")) for p in (path, tmp_path / "files" / path.name))
        for cell in new["cells"]:
            for output in cell.get("outputs", ()):
                assert not isinstance(output.get("text"), list)
                for kind, value in output.get("data", {}).items():
                    assert kind.endswith("json") or not isinstance(value, list)
        assert [c["source"] for c in new["cells"]] == [c["source"] for c in old["cells"]]
    assert not (tmp_path / "files" / "my_mlpkit").exists()


@pytest.mark.parametrize("own", [True, False])
def test_the_page_takes_pyodide_from_the_site_only_if_it_is_there(own):
    told = build.settings(own)["jupyter-config-data"]["litePluginSettings"][build.KERNEL]
    assert told.get("pyodideUrl", "").startswith("./static/pyodide/") == own
    assert told["loadPyodideOptions"]["lockFileURL"] == "./static/mlpkit/pyodide-lock.json"
    assert "mlpkit" in told["loadPyodideOptions"]["packages"]
    assert told["disablePyPIFallback"] is True  # a package that is missing is an error, never a download


def test_byte_code_takes_the_place_of_sources_but_not_of_those_that_a_learner_may_read(tmp_path):
    files = {
        "a/__init__.py": b"x = 1\n",
        "a/old.py": b"print 1\n",
        "a/b.txt": b"b",
        "a/c.pyi": b"",
        "a.data/p": b"",
    }
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    python = compiled.python_of(version)
    alone = compiled.with_byte_code(files, python, version, sources=False)
    assert sorted(alone) == ["a/__init__.pyc", "a/b.txt", "a/old.py"]
    cached = importlib.util.cache_from_source("a/__init__.py")
    both = compiled.with_byte_code(files, python, version, sources=True)
    assert sorted(both) == sorted(["a/__init__.py", cached, "a/b.txt", "a/old.py"])
    for content in (alone["a/__init__.pyc"], both[cached]):
        assert content[:4] == importlib.util.MAGIC_NUMBER
        assert content[4] == 1  # the sum of the source is there, and is not compared: no look at the source
        code = marshal.loads(content[16:])
        assert code.co_filename == f"/lib/python{version}/site-packages/a/__init__.py"
    assert compiled.python_of("2.0") is None


def test_a_compiled_wheel_has_another_name_and_the_same_package(wheel):
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    before, about = wheel.name, wheels.look_into(wheel)
    found = wheels.compile_modules(wheel, compiled.python_of(version), version)
    assert found.name != before
    assert found.name.count("-") == before.count("-")
    assert wheels.look_into(found)._replace(path=wheel) == about
    assert not wheel.exists()


def test_an_empty_wheel_offers_nothing(tmp_path):
    found = wheels.look_into(wheels.empty("jedi", tmp_path))
    assert (found.name, found.imports, found.requires) == ("jedi", [], [])


def test_the_kernel_completes_code_without_jedi(tmp_path):
    record = "pyodide_kernel-0.8.6.dist-info/RECORD"
    asks = b"x\nself.Completer.use_jedi = True\n"
    for text, fits in ((asks, True), (b"x", False), (2 * asks, False)):
        path = wheels.pack(
            {"pyodide_kernel/interpreter.py": text, record: b""},
            tmp_path / "pyodide_kernel-0.8.6-py3-none-any.whl",
        )
        if not fits:
            with pytest.raises(OSError, match="does not ask for jedi"):
                wheels.without_jedi(path)
            continue
        with zipfile.ZipFile(wheels.without_jedi(path)) as file:
            assert file.read("pyodide_kernel/interpreter.py") == asks.replace(b"True", b"False")


LOCK = {
    "packages": {
        "a": {"file_name": "a.whl", "sha256": hashlib.sha256(b"a").hexdigest(), "depends": ["B_1"]},
        "b-1": {"file_name": "b.whl", "sha256": hashlib.sha256(b"b").hexdigest(), "depends": ["a"]},
        "c": {"file_name": "c.whl", "sha256": "", "depends": []},
    }
}


def test_what_a_start_needs_is_fetched_checked_and_put_beside_the_lock(tmp_path):
    assert lock.needed(LOCK, ["a"]) == ["a", "b-1"]
    there, here = tmp_path / "pyodide", tmp_path / "site"
    there.mkdir()
    here.mkdir()
    (there / "a.whl").write_bytes(b"a")
    (there / "b.whl").write_bytes(b"damaged")
    path = lock.fetch(LOCK["packages"]["a"], str(there), here)
    assert path.read_bytes() == b"a"
    with pytest.raises(OSError, match=r"b\.whl .* is damaged"):
        lock.fetch(LOCK["packages"]["b-1"], str(there), here)
    path.write_bytes(b"compiled")
    found = lock.replace(LOCK, {"a": path})["packages"]["a"]
    assert found == {**LOCK["packages"]["a"], "sha256": hashlib.sha256(b"compiled").hexdigest()}
    assert LOCK["packages"]["a"]["sha256"] != found["sha256"]


def test_the_parts_of_the_images_have_the_sums_that_a_tab_expects():
    for name in SHIPPED:
        parts = dict(build.parts_of(name))
        for array, expected in site.PARTS[name].items():
            rows = [0, *(stop for _, stop, _ in expected)]
            assert [start for start, _, _ in expected] == rows[:-1]  # without a gap
            for start, _, digest in expected:
                content = parts.pop(site.path(name, array, start, digest))
                assert hashlib.sha256(content).hexdigest() == digest
        assert parts == {}
