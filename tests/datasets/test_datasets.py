import errno
import functools
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mlpkit import datasets
from mlpkit.core.data import load
from mlpkit.datasets import SHIPPED, bundled, cache_folder, files, names, open_set, tfds, unpack, verify
from mlpkit.datasets import cache as dataset_cache

ROOT = Path(__file__).resolve().parents[2]
SMALL = "mnist_10k"
FILES = [*(f"{array}.npy" for array in dataset_cache.ARRAYS), "about.json"]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def packed(tmp_path, monkeypatch):
    """A copy of the small shipped set, to be damaged."""
    shutil.copytree(bundled.FOLDER / SMALL, tmp_path / "packed" / SMALL)
    shutil.copy(bundled.FOLDER / "SHA256SUMS", tmp_path / "packed")
    monkeypatch.setattr(bundled, "FOLDER", tmp_path / "packed")
    return tmp_path / "packed" / SMALL


def python(code, *arguments, **environment):
    """Start another Python that knows this package."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def output(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.strip()


def assert_whole(folder):
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert verify(SMALL) == []


def assert_same(one, other):
    assert one.class_names == other.class_names
    for first, second in zip(one[1:], other[1:]):
        assert first.dtype == second.dtype
        assert np.array_equal(first, second)  # far faster than np.testing on millions of bytes


@functools.cache
def expected_small():
    return bundled.in_memory(SMALL)


# The shipped files


def test_the_shipped_files_fit_their_sums_and_the_sources_page():
    page = (bundled.FOLDER / "SOURCES.md").read_text("utf-8")
    total = 0
    for line in (bundled.FOLDER / "SHA256SUMS").read_text("ascii").splitlines():
        digest, name = line.split()
        content = (bundled.FOLDER / name).read_bytes()
        total += len(content)
        assert hashlib.sha256(content).hexdigest() == digest
        assert f"| `{name}` | {len(content)} | `{digest}` |" in page
    assert len(list(bundled.FOLDER.glob("*/*.gz"))) == 4 * len(SHIPPED)
    assert total < 33e6


def test_each_shipped_set_has_its_licence():
    assert "MIT" in (bundled.FOLDER / "fashion_mnist" / "LICENSE").read_text("utf-8")
    assert "Attribution-ShareAlike 3.0 Unported" in (bundled.FOLDER / SMALL / "LICENSE").read_text("utf-8")


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_sets_unpack_into_the_chosen_folder_and_verify(name, cache):
    folder = unpack(name)
    assert folder == cache / name
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert verify(name) == []
    stored = open_set(name)
    assert_same(stored, bundled.in_memory(name))
    assert len(stored.class_names) == 10
    for images, labels in (stored[1:3], stored[3:5]):
        assert images.dtype == np.uint8
        assert images.shape == (len(labels), 784)
        assert labels.dtype == np.int64
        assert (labels.min(), labels.max()) == (0, 9)
        assert not images.flags.writeable
        assert not labels.flags.writeable


def test_a_set_that_waits_to_be_unpacked_is_well(cache):
    assert verify(SMALL) == []
    assert not cache.exists()


@pytest.mark.parametrize("damage", ["truncated", "tampered", "gone"])
@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"])
def test_a_damaged_shipped_file_is_a_clear_error_and_spoils_no_cache(cache, packed, name, damage):
    whole = (packed / name).read_bytes()
    broken = {"truncated": whole[:-100], "tampered": whole[:500] + bytes([whole[500] ^ 1]) + whole[501:]}
    (packed / name).write_bytes(broken[damage]) if damage in broken else (packed / name).unlink()
    for attempt in (load, unpack, bundled.in_memory):
        with pytest.raises(
            (ValueError, OSError), match="Install mlpkit again: pip install --force-reinstall"
        ) as caught:
            attempt(SMALL)
        assert str(packed / name) in str(caught.value)
    assert not cache.exists()
    assert len(verify(SMALL)) == 1

    (packed / name).write_bytes(whole)
    unpack(SMALL)
    (packed / name).write_bytes(whole[:-100])
    load(SMALL)  # what was unpacked before still serves
    assert len(verify(SMALL)) == 1


# The cache


def change(path, how):
    content = path.read_bytes()
    middle = len(content) // 2
    if how == "deleted":
        path.unlink()
    else:
        path.write_bytes(
            {
                "truncated": content[:-40],
                "emptied": b"",
                "longer": content + b"more",
                "tampered": content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :],
                "garbled": bytes(len(content)),
                "head garbled": b"garbage!" + content[8:],
            }[how]
        )


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "how", ["truncated", "emptied", "longer", "tampered", "garbled", "head garbled", "deleted"]
)
def test_a_damaged_cached_file_is_found_and_made_again(cache, file, how):
    folder = unpack(SMALL)
    change(folder / file, how)
    assert verify(SMALL) or (file, how) == (
        "about.json",
        "tampered",
    )  # the times of the files, say, may be changed
    assert_same(open_set(SMALL), expected_small())
    assert_whole(folder)


@pytest.mark.parametrize("before, after", [(b": (2000,)", b": (2000,("), (b"'<i8'", b"',i8'")])
def test_a_header_that_is_no_python_is_found_and_made_again(cache, before, after):
    path = unpack(SMALL) / "test_labels.npy"
    content = path.read_bytes()
    assert before in content
    path.write_bytes(content.replace(before, after))
    assert "test_labels.npy is damaged" in verify(SMALL)[0]
    assert_same(open_set(SMALL), expected_small())
    assert_whole(cache / SMALL)


@pytest.mark.parametrize(
    "content", ["null", "[]", "{}", '{"source": 1, "class_names": [], "arrays": {}}', "\xff"]
)
def test_a_nonsensical_record_is_made_again(cache, content):
    (unpack(SMALL) / "about.json").write_text(content, "latin-1")
    assert "about.json is damaged" in verify(SMALL)[0]
    assert_same(open_set(SMALL), expected_small())
    assert_whole(cache / SMALL)


def test_class_names_of_shipped_sets_are_those_of_the_package(cache):
    about = unpack("fashion_mnist") / "about.json"
    about.write_text(about.read_text().replace("Sneaker", "Snacker"))
    assert load().class_names == SHIPPED["fashion_mnist"]


def test_verify_reads_what_load_takes_on_trust(cache):
    path = unpack(SMALL) / "train_images.npy"
    before = path.stat()
    change(path, "tampered")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert verify(SMALL) == [f"{path} is damaged: its bytes have changed since it was unpacked."]


def test_a_copied_cache_is_read_in_full_once(cache, monkeypatch):
    unpack(SMALL)
    for path in (cache / SMALL).glob("*.npy"):
        os.utime(path, (1, 1))
    read = []
    monkeypatch.setattr(dataset_cache, "digest", lambda path: read.append(path) or files.digest(path))
    first = open_set(SMALL)
    assert len(read) == 4
    assert_same(open_set(SMALL), first)
    assert len(read) == 4


def test_a_cache_of_another_version_is_unpacked_again(cache):
    about = unpack(SMALL) / "about.json"
    about.write_text(about.read_text().replace(bundled.source(SMALL), "older files"))
    open_set(SMALL)
    assert bundled.source(SMALL) in about.read_text()


def test_opened_arrays_outlive_a_new_unpacking(cache):
    before = open_set(SMALL)
    copy = np.array(before.train_images)
    change(cache / SMALL / "test_images.npy", "truncated")
    open_set(SMALL)
    np.testing.assert_array_equal(before.train_images, copy)


LOAD = """
import sys, time, hashlib
from mlpkit.core.data import load
while time.time() < float(sys.argv[2]): pass
data = load(sys.argv[1])
print(hashlib.sha256(data.train.images).hexdigest(), data.train.labels.sum(), len(data.test.labels))
"""


@pytest.mark.parametrize("name", ["mnist_10k", pytest.param("fashion_mnist", marks=pytest.mark.slow)])
def test_processes_that_start_together_all_get_whole_data(cache, name):
    start = time.time() + 1.5
    together = [python(LOAD, name, start) for _ in range(4)]
    assert len({output(process) for process in together}) == 1
    assert sorted(path.name for path in (cache / name).iterdir()) == sorted(FILES)
    assert verify(name) == []


@pytest.mark.parametrize("after", [0.02, 0.06, 0.1, 0.15, 0.2])
def test_a_process_killed_while_unpacking_leaves_nothing_that_misleads(cache, after):
    code = "from mlpkit import datasets; print('go', flush=True); datasets.unpack('fashion_mnist')"
    process = python(code)
    process.stdout.readline()
    time.sleep(after)
    process.kill()
    process.communicate()
    assert process.returncode in (0, -getattr(signal, "SIGKILL", 1), 1)
    stored = open_set("fashion_mnist")
    assert stored.train_labels[:6].tolist() == [9, 0, 0, 3, 0, 2]
    assert verify("fashion_mnist") == []


def test_what_a_killed_process_left_is_cleared_away_later(cache):
    (cache / SMALL).mkdir(parents=True)
    old, new = (cache / SMALL / f".train_images.npy-{part}.part" for part in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    unpack(SMALL)
    assert not old.exists()
    assert new.exists()  # perhaps another process is writing it just now


def test_on_windows_a_file_in_use_is_kept_if_it_is_the_same(tmp_path, monkeypatch):
    def in_use(*_):
        raise PermissionError(errno.EACCES, "in use by another process")

    monkeypatch.setattr(os, "replace", in_use)
    path = tmp_path / "file"
    path.write_bytes(b"same")
    files.write_file(path, [b"sa", b"me"])
    assert [path] == list(tmp_path.iterdir())
    with pytest.raises(files.CacheError, match="in use by another process"):
        files.write_file(path, [b"other"])
    assert path.read_bytes() == b"same"
    assert [path] == list(tmp_path.iterdir())


def test_pieces_that_do_not_fill_the_array_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"expected .* for int64 \(3,\)"):
        dataset_cache.write_array(tmp_path / "a.npy", "int64", (3,), [bytes(16)])


# A cache that cannot be written


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_a_clear_error_that_leaves_nothing_behind(cache, monkeypatch):
    monkeypatch.setattr(files.os, "fsync", full)
    for attempt in (load, unpack, open_set):
        with pytest.raises(OSError, match="No space left on device") as caught:
            attempt(SMALL)
        for word in (str(cache), "Expected a folder that you may write to", "MLPKIT_CACHE", "70 MB free"):
            assert word in str(caught.value)
    assert list((cache / SMALL).iterdir()) == []
    monkeypatch.undo()


@pytest.fixture
def tiny_disk(tmp_path):
    """A real file system of 4 MB, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root may mount a tiny disk; the same errors are tested with patched functions")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_is_really_full(tiny_disk, monkeypatch):
    monkeypatch.setenv("MLPKIT_CACHE", str(tiny_disk / "cache"))
    with pytest.raises(OSError, match=r"cannot write to its cache folder .*: No space left on device"):
        load(SMALL)
    assert not list(tiny_disk.glob("**/*.part"))
    subprocess.run(["mount", "-o", "remount,size=40m", str(tiny_disk)], check=True)
    assert len(load(SMALL).test.labels) == 2_000


def test_a_disk_that_is_really_read_only(tiny_disk, monkeypatch):
    monkeypatch.setenv("MLPKIT_CACHE", str(tiny_disk / "cache"))
    subprocess.run(["mount", "-o", "remount,size=40m,ro", str(tiny_disk)], check=True)
    with pytest.raises(OSError, match=r"cannot write to its cache folder .*: Read-only file system"):
        load(SMALL)
    subprocess.run(["mount", "-o", "remount,rw", str(tiny_disk)], check=True)
    expected = open_set(SMALL)
    for path in (tiny_disk / "cache" / SMALL).glob("*.npy"):
        os.utime(path, (1, 1))
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    assert_same(open_set(SMALL), expected)  # a teacher's cache that learners may only read


def test_a_cache_folder_that_is_a_file(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MLPKIT_CACHE", str(tmp_path / "file"))
    with pytest.raises(
        OSError, match=r"cannot write to its cache folder .*file.*MLPKIT_CACHE to another folder"
    ):
        load(SMALL)


def test_without_a_chosen_folder_an_unusable_cache_costs_only_memory(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.delenv("MLPKIT_CACHE", raising=False)
    monkeypatch.setattr(files, "_usual_cache", lambda: tmp_path / "file")
    stored = open_set(SMALL)
    assert_same(stored, expected_small())
    assert not stored.train_images.flags.writeable
    said = capsys.readouterr().err
    assert "Meanwhile mlpkit works from memory." in said
    assert "MLPKIT_CACHE" in said
    with pytest.raises(files.CacheError):
        unpack(SMALL)


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, "home/.cache/mlpkit"),
        ("linux", {"XDG_CACHE_HOME": "{tmp}/xdg"}, "xdg/mlpkit"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "home/.cache/mlpkit"),
        ("darwin", {}, "home/Library/Caches/mlpkit"),
        ("win32", {}, "home/AppData/Local/mlpkit"),
        ("win32", {"LOCALAPPDATA": "{tmp}/local"}, "local/mlpkit"),
        ("linux", {"MLPKIT_CACHE": "{tmp}/mine"}, "mine"),
        ("linux", {"MLPKIT_CACHE": "~/mine"}, "home/mine"),
        ("linux", {"MLPKIT_CACHE": ""}, "home/.cache/mlpkit"),
    ],
)
def test_the_cache_folder_follows_the_customs_of_the_system(
    tmp_path, monkeypatch, platform, environment, expected
):
    for name in ("MLPKIT_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setattr(files.sys, "platform", platform)
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(tmp=tmp_path))
    assert cache_folder() == tmp_path / expected
    assert cache_folder().is_absolute()


def test_a_relative_choice_is_relative_to_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLPKIT_CACHE", "here")
    assert cache_folder() == tmp_path / "here"
    monkeypatch.setenv("MLPKIT_CACHE", "~nobody-here/data")  # a home that nobody has is no home
    assert cache_folder() == tmp_path / "~nobody-here" / "data"


# Names


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("fashion_mnits", "'fashion_mnist'"),
        ("Fashion-MNIST", "'fashion_mnist'"),
        ("fashion mnist", "'fashion_mnist'"),
        ("MNIST", "'mnist'"),
        ("mnist10k", "'mnist_10k'"),
        ("kmnst", "'kmnist'"),
        ("qqqqqqqq", ""),
        ("", ""),
        ("../mnist_10k", ""),
        ("emnist/..", ""),
        ("emnist/../../x", ""),
        ("/etc/passwd", ""),
        ("mnist\n", ""),
        ("Fashion-MNIST", "'fashion_mnist' or 'moving_mnist'"),
    ],
)
@pytest.mark.parametrize("function", [load, open_set, unpack, verify])
def test_an_unknown_name_is_refused_with_the_nearest_one(cache, function, wrong, meant):
    with pytest.raises(ValueError, match="There is no data set named") as caught:
        function(wrong)
    assert repr(wrong) in str(caught.value)
    assert "mlpkit ships fashion_mnist and mnist_10k" in str(caught.value)
    if meant:
        assert f"Did you mean {meant}" in str(caught.value)
    assert not cache.exists()


@pytest.mark.parametrize("wrong", [None, 3, b"mnist", ["mnist"], Path("mnist")])
def test_a_name_is_a_string(wrong):
    with pytest.raises(TypeError, match=r'expected a string such as "fashion_mnist"'):
        load(wrong)


def test_the_list_of_names_is_sorted_and_holds_the_sets_of_one_channel():
    listed = names.tfds_names()
    assert listed == sorted(set(listed))
    assert {"mnist", "kmnist", "emnist", "mnist_corrupted", "binary_alpha_digits", "cifar10"} <= set(listed)


def test_nothing_heavy_is_imported_for_a_shipped_set_or_a_wrong_name(cache):
    code = """
import sys
import mlpkit.core.data
mlpkit.core.data.load("mnist_10k")
for wrong in ("kmnst", "nonsense"):
    try:
        mlpkit.core.data.load(wrong)
    except ValueError:
        print("refused")
heavy = {"tensorflow", "tensorflow_datasets", "matplotlib"}
print([name for name in sys.modules if name.split(".")[0] in heavy])
"""
    assert output(python(code)).splitlines() == ["refused", "refused", "[]"]


def test_without_tensorflow_datasets_the_error_says_what_to_install(cache, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(ImportError, match=r'pip install "mlpkit\[datasets\]"') as caught:
        load("kmnist")
    assert "The sets that mlpkit ships" in str(caught.value)
    assert not cache.exists()


def test_a_set_already_in_the_cache_needs_no_other_package(cache, monkeypatch):
    shutil.copytree(unpack(SMALL), cache / "emnist" / "digits")
    shutil.copytree(unpack(SMALL), cache / "my_own")
    monkeypatch.setattr(tfds, "fetch", None)
    for name in ("emnist/digits", "my_own"):
        assert load(name).name == name
        assert verify(name) == []


def test_the_public_names_are_there():
    for name in datasets.__all__:
        assert hasattr(datasets, name)
