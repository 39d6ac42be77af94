"""Sets that come through TensorFlow Datasets, prepared for real: a server on this machine is the network."""

import functools
import os
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from mlpkit import datasets
from mlpkit.core.data import load
from mlpkit.datasets import bundled, names
from mlpkit.datasets import cache as dataset_cache
from mlpkit.datasets import tfds as sets

pytestmark = pytest.mark.tfds
_WHY = 'TensorFlow Datasets or TensorFlow is not installed: pip install "mlpkit[datasets,prepare]"'
tfds = pytest.importorskip("tensorflow_datasets", reason=_WHY)
pytest.importorskip("array_record", reason=_WHY)
needs_tensorflow = pytest.mark.skipif(not sets.has_tensorflow(), reason=_WHY)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_CACHE", str(tmp_path / "cache"))
    use_tfds_folder(tmp_path / "tfds", monkeypatch)


def use_tfds_folder(folder, monkeypatch):
    from tensorflow_datasets.core import constants

    monkeypatch.setenv("TFDS_DATA_DIR", str(folder))
    monkeypatch.setattr(
        constants, "DATA_DIR", str(folder)
    )  # the variable was read when the package was imported


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def serve():
    """Serve a folder on this machine: serve(folder) -> address."""
    servers = []

    def start(folder):
        handler = functools.partial(Quiet, directory=str(folder))
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/"

    yield start
    for server in servers:
        server.shutdown()


@pytest.fixture(scope="module")
def prepared(serve, tmp_path_factory):
    """Fashion-MNIST, downloaded from the loopback server and prepared once by its true builder."""
    folder = tmp_path_factory.mktemp("tfds")
    with pytest.MonkeyPatch.context() as patch:
        use_tfds_folder(folder, patch)
        patch.setattr(tfds.builder_cls("fashion_mnist"), "URL", serve(bundled.FOLDER / "fashion_mnist"))
        sets.prepare("fashion_mnist", sets.find_builder("fashion_mnist"))
    return folder


def as_rows(images, labels):
    """Each image with its label as one sortable item, since TensorFlow Datasets shuffles what it prepares."""
    return sorted(bytes([label]) + image.tobytes() for image, label in zip(images, labels))


@needs_tensorflow
def test_the_true_builder_gives_the_shipped_images(prepared, monkeypatch, tmp_path, capsys):
    use_tfds_folder(prepared, monkeypatch)
    sets.fetch("fashion_mnist", tmp_path / "set")
    stored, expected = dataset_cache.read(tmp_path / "set"), bundled.in_memory("fashion_mnist")
    assert stored.class_names == expected.class_names
    for mine, theirs in ((stored[1:3], expected[1:3]), (stored[3:5], expected[3:5])):
        assert [array.dtype for array in mine] == [array.dtype for array in theirs]
        assert as_rows(*mine) == as_rows(*theirs)
    assert dataset_cache.problems(tmp_path / "set") == []
    assert "fashion_mnist, train: 100%" in capsys.readouterr().err  # the progress bar


@needs_tensorflow
def test_a_prepared_set_is_read_without_tensorflow(prepared, tmp_path):
    code = """
import sys
from importlib.machinery import PathFinder
from pathlib import Path

class NoTensorFlow(PathFinder):
    @classmethod
    def find_spec(cls, name, *more):
        return None if name == "tensorflow" else super().find_spec(name, *more)

sys.meta_path = [NoTensorFlow if finder is PathFinder else finder for finder in sys.meta_path]
from mlpkit.datasets import cache, tfds
tfds.fetch("fashion_mnist", Path(sys.argv[1]))
print([len(array) for array in cache.read(Path(sys.argv[1]))[1:]], "tensorflow" in sys.modules)
"""
    environment = {**os.environ, "TFDS_DATA_DIR": str(prepared), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, str(tmp_path / "set")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert run.stdout.strip() == "[60000, 60000, 10000, 10000] False", run.stderr
    assert "OpenCV" not in run.stderr


@needs_tensorflow
@pytest.mark.parametrize("name", ["mnist", "kmnist"])
def test_load_fetches_other_sets_once(name, serve, monkeypatch):
    """The files of the shipped digits under the names, and with the counts, that these builders expect."""
    module = sys.modules[tfds.builder_cls(name).__module__]
    monkeypatch.setattr(module, "_TRAIN_EXAMPLES", 8_000)
    monkeypatch.setattr(module, "_TEST_EXAMPLES", 2_000)
    monkeypatch.setattr(tfds.builder_cls(name), "URL", serve(bundled.FOLDER / "mnist_10k"))
    loaded, expected = load(name, valid_size=500), bundled.in_memory("mnist_10k")
    assert loaded.name == name
    assert [len(part.labels) for part in loaded[2:]] == [7_500, 500, 2_000]
    assert as_rows(*loaded.test) == as_rows(expected.test_images, expected.test_labels)
    monkeypatch.setattr(sets, "fetch", None)
    assert np.array_equal(load(name, valid_size=500).train.images, loaded.train.images)


class TinyGray(tfds.core.GeneratorBasedBuilder):
    """Images of 5x7 pixels without a test split."""

    VERSION = tfds.core.Version("1.0.0")
    labels = tuple(range(3))

    def _info(self):
        features = {
            "image": tfds.features.Image(shape=(5, 7, 1)),
            "label": tfds.features.ClassLabel(names=["a", "b", "c"]),
        }
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

    def _split_generators(self, _):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for row in range(50):
            yield row, {"image": np.full((5, 7, 1), row, np.uint8), "label": self.labels[row % 3]}


@needs_tensorflow
def test_a_set_of_another_size_without_a_test_split():
    loaded = load("tiny_gray", valid_size=10)
    assert loaded.class_names == ("a", "b", "c")
    assert [part.images.shape for part in loaded[2:]] == [(30, 35), (10, 35), (10, 35)]
    images = np.concatenate([part.images for part in loaded[2:]])
    assert sorted(images[:, 0]) == list(range(50))
    assert np.array_equal(images, np.repeat(images[:, :1], 35, axis=1))
    assert np.array_equal(np.concatenate([part.labels for part in loaded[2:]]), images[:, 0] % 3)
    with pytest.raises(ValueError, match="valid_size is 5000: expected 0 to 39"):
        load("tiny_gray")


@needs_tensorflow
def test_a_damaged_copy_is_made_again(tmp_path):
    before = np.array(load("tiny_gray", valid_size=0).test.images)
    (tmp_path / "cache" / "tiny_gray" / "test_images.npy").write_bytes(b"broken")
    assert datasets.verify("tiny_gray")
    assert np.array_equal(load("tiny_gray", valid_size=0).test.images, before)
    assert datasets.verify("tiny_gray") == []


@needs_tensorflow
def test_a_set_prepared_before_in_another_format(tmp_path):
    tfds.builder("tiny_gray").download_and_prepare()
    assert list(tmp_path.glob("tfds/**/*.tfrecord*"))
    assert len(load("tiny_gray", valid_size=0).test.labels) == 10


@needs_tensorflow
def test_a_set_without_labels_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(TinyGray, "labels", (0, -1, 1))
    with pytest.raises(ValueError, match="'tiny_gray' has a split without labels"):
        load("tiny_gray")
    assert not list(tmp_path.glob("cache/**/about.json"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cifar10", "images of 'cifar10' have 3 channels; expected one"),
        ("imdb_reviews", "'imdb_reviews' is no image classification set"),
        ("binarized_mnist", "'binarized_mnist' is no image classification set"),
        ("emnist/alphabet", "has no 'emnist/alphabet'. Expected one of emnist/byclass, .*emnist/letters"),
        ("mnist/letters", "has no 'mnist/letters'. Expected 'mnist'. Look"),
    ],
)
def test_a_set_of_no_use_is_refused_before_anything_is_downloaded(name, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        load(name)
    assert not (tmp_path / "cache").exists()
    assert not (tmp_path / "tfds").exists()


@needs_tensorflow
def test_without_a_network_two_tries_are_made_and_the_error_says_so(monkeypatch, tmp_path):
    from tensorflow_datasets.core.download import downloader

    builder = tfds.builder_cls("mnist")
    prepare, tries = builder.download_and_prepare, []
    monkeypatch.setattr(builder, "URL", "http://127.0.0.1:9/")  # nobody listens there
    monkeypatch.setattr(
        builder, "download_and_prepare", lambda self: tries.append(downloader.MAX_RETRIES) or prepare(self)
    )
    usual = downloader.MAX_RETRIES
    with pytest.raises(OSError, match="not on this computer yet and could not be downloaded") as caught:
        load("mnist")
    assert tries == [2]  # the package's own ten take three minutes
    assert usual == downloader.MAX_RETRIES
    assert "Connect to the network and try again." in str(caught.value)
    assert not (tmp_path / "cache" / "mnist").exists()


@needs_tensorflow
@pytest.mark.parametrize("damage", ["gone", "cut short"])
def test_a_bad_download_is_a_clear_error(damage, serve, monkeypatch, tmp_path):
    shutil.copytree(bundled.FOLDER / "mnist_10k", tmp_path / "files")
    broken = tmp_path / "files" / "t10k-images-idx3-ubyte.gz"
    broken.unlink() if damage == "gone" else broken.write_bytes(broken.read_bytes()[:1000])
    monkeypatch.setattr(tfds.builder_cls("mnist"), "URL", serve(tmp_path / "files"))
    with pytest.raises(OSError, match="TensorFlow Datasets could not prepare 'mnist'") as caught:
        load("mnist")
    assert "Expected a complete download" in str(caught.value)
    assert not list(tmp_path.glob("cache/**/*.npy"))


def test_a_set_that_the_package_itself_cannot_open(monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("its own code is broken")

    monkeypatch.setattr(tfds, "builder", fail)
    with pytest.raises(OSError, match="TensorFlow Datasets cannot open 'kmnist': its own code is broken"):
        load("kmnist")


def test_without_tensorflow_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sets, "has_tensorflow", lambda: False)
    with pytest.raises(ImportError, match=r'needs TensorFlow. Install it: pip install "mlpkit\[prepare\]"'):
        load("kmnist")


def test_the_list_of_names_is_that_of_the_package():
    if tfds.__version__ != "4.9.10":
        pytest.skip(f"the list was taken from 4.9.10, this is {tfds.__version__}")
    assert set(tfds.list_builders(with_community_datasets=False)) - {"tiny_gray"} <= set(names.tfds_names())
