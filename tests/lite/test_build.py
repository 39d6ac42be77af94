"""What the site of the tab is made of: wheels, a lock file, lessons that JupyterLite shows as they are."""

import hashlib
import json
import zipfile

import pytest

from lite import build, lock, wheels
from tests.notebooks import ROOT

OWN = {
    "mlpkit/__init__.py": b"",
    "mlpkit-0.1.0.dist-info/METADATA": (
        b"Metadata-Version: 2.4\nName: mlpkit\nVersion: 0.1.0\nRequires-Dist: numpy>=1.26\n"
        b"Requires-Dist: Typing_Extensions\nRequires-Dist: jupyterlab>=4; extra == 'lab'\n"
    ),
    "mlpkit-0.1.0.dist-info/RECORD": b"old",
}
PYODIDES = {
    "info": {"python": "3.14.2"},
    "packages": {"numpy": {"name": "numpy", "version": "2.4.6", "file_name": "numpy.whl", "depends": []}},
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
    assert found.requires == ["numpy", "typing-extensions"]


def test_the_lock_knows_pyodides_packages_and_ours(wheel):
    found = lock.extend(PYODIDES, [wheels.look_into(wheel)], "https://cdn.example.org/")["packages"]
    assert found["numpy"]["file_name"] == "https://cdn.example.org/numpy.whl"
    assert found["mlpkit"]["file_name"] == wheel.name  # beside the lock
    assert found["mlpkit"]["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert found["mlpkit"]["depends"] == ["numpy"]  # typing-extensions is in neither
    assert PYODIDES["packages"]["numpy"]["file_name"] == "numpy.whl"  # the original is as it was


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
    assert told["disablePyPIFallback"] is True  # a package that is missing is an error, never a download
