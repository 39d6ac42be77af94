"""Image sets of TensorFlow Datasets: prepared once by that package, then kept in mlpkit's cache like its own.

TensorFlow itself is needed only to prepare a set for the first time; reading a prepared one does without.
"""

import contextlib
import importlib.util
import logging
import math
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from . import cache, files

_SHIPPED_WORK = 'The sets that mlpkit ships, "fashion_mnist" and "mnist_10k", need none of this.'
_AT_ONCE = 1_000  # images decoded together


def fetch(name: str, folder: Path) -> None:
    """Prepare a set if it is not prepared yet, and copy it into the cache.

    name: str, a set of TensorFlow Datasets, such as "mnist" or "emnist/letters"
    folder: Path, the set's folder in the cache
    raises: ImportError, when a package is missing; ValueError, when it is no one-channel set with labels;
        OSError, when it cannot be downloaded or written. The message names the cure.
    """
    with _calm():
        builder = find_builder(name)
        image, label = usable_features(name, builder.info)
        prepare(name, builder)
        copy_to_cache(name, builder, image, label, folder)


@contextlib.contextmanager
def _calm() -> Iterator[None]:
    """Keep back advice that a learner has no use for (install OpenCV, connection retried); errors show."""
    loggers = [logging.getLogger(name) for name in ("absl", "urllib3")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        yield
    finally:
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)


def find_builder(name: str) -> Any:
    """Return the builder of a set; nothing is downloaded yet.

    name: str, as for `fetch`
    returns: tensorflow_datasets.core.DatasetBuilder
    raises: ImportError, without TensorFlow Datasets; ValueError, for a name that it does not know;
        OSError, when it knows the set but cannot open it
    """
    tfds = _import_tfds(name)
    own = files.cache_folder() / "tensorflow_datasets"  # for sets that the usual folder has in another format
    for folder in (None, own):
        try:
            return tfds.builder(name, file_format="array_record", data_dir=folder)
        except ValueError as problem:
            unknown = problem
        except Exception as problem:  # each set has its own code, and its own ways to fail
            raise OSError(
                f"TensorFlow Datasets cannot open {name!r}: {problem}. {_SHIPPED_WORK}"
            ) from problem
    raise ValueError(
        f"The installed TensorFlow Datasets {tfds.__version__} has no {name!r}.{_variants(tfds, name)} "
        "Look for the right name at tensorflow.org/datasets/catalog, or install a newer version."
    ) from unknown


def _variants(tfds: Any, name: str) -> str:
    with contextlib.suppress(ValueError):  # not even the first half of the name is known
        base = name.split("/")[0]
        variants = [f"{base}/{v}" for v in tfds.builder_cls(base).builder_configs]
        return f" Expected {'one of ' if variants else ''}{', '.join(variants) or repr(base)}."
    return ""


def _import_tfds(name: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its dependencies' deprecations are nothing a learner can mend
            import array_record  # noqa: F401
            import PIL  # noqa: F401
            import tensorflow_datasets.core
    except Exception as problem:  # versions that do not fit each other fail in many ways
        raise ImportError(
            f"{name!r} comes through TensorFlow Datasets, which does not load here: {problem}. "
            'Install it: pip install "mlpkit[datasets]" (on Windows inside WSL: array_record, a part of it, '
            f"has no Windows version). {_SHIPPED_WORK}"
        ) from problem
    return tensorflow_datasets


def usable_features(name: str, info: Any) -> tuple[str, str]:
    """Return the keys of a set's images and labels, if mlpkit can use it.

    name: str, for the message
    info: tensorflow_datasets.core.DatasetInfo
    returns: (image key, label key)
    raises: ValueError, when there are no such features, or the images have several channels or sizes
    """
    import tensorflow_datasets as tfds

    image, label = info.supervised_keys or ("image", "label")
    features = dict(getattr(info.features, "items", dict)())
    if not isinstance(features.get(image), tfds.features.Image) or not isinstance(
        features.get(label), tfds.features.ClassLabel
    ):
        raise ValueError(f"{name!r} is no image classification set; expected images with a class each.")
    *size, channels = features[image].shape
    if channels != 1:
        raise ValueError(
            f"The images of {name!r} have {channels} channels; expected one, grey like {_EXAMPLES}."
        )
    if None in size or features[image].np_dtype != np.uint8:
        raise ValueError(
            f"{name!r} has images of many sizes or no bytes; expected one size, like {_EXAMPLES}."
        )
    return image, label


_EXAMPLES = '"mnist", "kmnist" or "emnist/letters"'


def prepare(name: str, builder: Any) -> None:
    """Download a set and let TensorFlow Datasets prepare it, with its progress bars, unless that is done.

    name: str, for the message
    builder: tensorflow_datasets.core.DatasetBuilder
    raises: ImportError, without TensorFlow; OSError, without a network or when the set cannot be prepared
    """
    if builder.is_prepared():
        return
    if not has_tensorflow():
        raise ImportError(
            f"{name!r} is not prepared on this computer, and preparing it needs TensorFlow. "
            f'Install it: pip install "mlpkit[prepare]". {_SHIPPED_WORK}'
        )
    os.environ.setdefault(
        "TF_CPP_MIN_LOG_LEVEL", "1"
    )  # TensorFlow's remarks on the processor help nobody here
    try:
        with _few_retries():
            builder.download_and_prepare()
    except Exception as problem:  # each set has its own code, and its own ways to fail
        raise OSError(_why_not_prepared(name, builder, problem)) from problem


def has_tensorflow() -> bool:
    """Say whether TensorFlow is installed, without importing it.

    returns: bool
    """
    return importlib.util.find_spec("tensorflow") is not None


@contextlib.contextmanager
def _few_retries() -> Iterator[None]:
    """TensorFlow Datasets tries ten times, which without a network takes more than three minutes."""
    from tensorflow_datasets.core.download import downloader

    usual = downloader.MAX_RETRIES
    downloader.MAX_RETRIES = 2
    try:
        yield
    finally:
        downloader.MAX_RETRIES = usual


def _why_not_prepared(name: str, builder: Any, problem: Exception) -> str:
    import requests

    if isinstance(problem, requests.RequestException | ConnectionError | TimeoutError):
        return (
            f"{name!r} is not on this computer yet and could not be downloaded: {problem}. "
            f"Connect to the network and try again. {_SHIPPED_WORK}"
        )
    return (
        f"TensorFlow Datasets could not prepare {name!r}: {type(problem).__name__}: {problem}. "
        f"Expected a complete download and room in {builder.data_dir_root} (TFDS_DATA_DIR can move it). "
        f"Try again later, or prepare it with tfds.builder({name!r}).download_and_prepare(). {_SHIPPED_WORK}"
    )


def copy_to_cache(name: str, builder: Any, image: str, label: str, folder: Path) -> None:
    """Write a prepared set into the cache, a thousand images at a time.

    name: str, for the message
    builder: tensorflow_datasets.core.DatasetBuilder, prepared
    image, label: str, the keys of its features
    folder: Path, the set's folder in the cache
    raises: ValueError, when it has no training images or have no label; CacheError, when the disk is full
    """
    files.prepare_folder(folder)
    info, arrays = builder.info, {}
    for part, split in _parts(name, info.splits).items():
        examples, labels = builder.as_data_source(split=split), []
        shape = (len(examples), math.prod(info.features[image].shape))
        pixels = _pixels(examples, image, label, labels, f"{name}, {part}")
        arrays[f"{part}_images"] = cache.write_array(folder / f"{part}_images.npy", "uint8", shape, pixels)
        chunks = [_as_labels(name, labels).tobytes()]
        arrays[f"{part}_labels"] = cache.write_array(
            folder / f"{part}_labels.npy", "int64", shape[:1], chunks
        )
    class_names = info.features[label].names
    cache.write_about(folder, {"source": info.full_name, "class_names": class_names, "arrays": arrays})


def _parts(name: str, splits: Any) -> dict[str, str]:
    """The test split, else validation, else the last fifth of train: prepared sets are shuffled."""
    if "train" not in splits:
        raise ValueError(f"{name!r} has no train split, only {', '.join(splits)}.")
    for other in ("test", "validation"):
        if other in splits:
            return {"train": "train", "test": other}
    return {"train": "train[:80%]", "test": "train[80%:]"}


def _pixels(examples: Any, image: str, label: str, labels: list[int], title: str) -> Iterator[bytes]:
    """Yield the images' bytes and collect their labels, under a progress bar."""
    from tqdm import tqdm  # comes with TensorFlow Datasets

    with tqdm(total=len(examples), desc=title, unit=" images") as bar:
        for start in range(0, len(examples), _AT_ONCE):
            some = examples.__getitems__(range(start, min(start + _AT_ONCE, len(examples))))
            labels.extend(example[label] for example in some)
            yield b"".join(example[image].tobytes() for example in some)
            bar.update(len(some))


def _as_labels(name: str, labels: list[int]) -> np.ndarray:
    labels = np.array(labels, np.int64)
    if not labels.size or labels.min() < 0:
        raise ValueError(f"{name!r} has a split without labels; expected a class for each image.")
    return labels
