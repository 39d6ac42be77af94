"""Names of data sets: a wrong one is refused, with the nearest right ones, before anything heavy is imported.

tfds_names.txt lists what TensorFlow Datasets 4.9.10 offers; newer ones count once that package is imported.
"""

import re
import sys
from pathlib import Path

from .bundled import SHIPPED
from .files import folder_of

_FORM = re.compile(
    r"[a-z]\w*(/\w[\w.+-]*)?", re.ASCII
)  # mnist, emnist/letters; never a path out of the cache


def check(name: str) -> None:
    """Refuse a name that no data set has.

    name: str, as for `load`
    raises: TypeError, when it is no string; ValueError, when it is unknown, with the names it may have meant
    """
    if not isinstance(name, str):
        raise TypeError(f'name is {name!r}; expected a string such as "fashion_mnist".')
    if name in SHIPPED or (_FORM.fullmatch(name) and _exists(name)):
        return
    raise ValueError(
        f"There is no data set named {name!r}.{_suggestion(name)} "
        f"mlpkit ships {' and '.join(SHIPPED)}; any other name is one of TensorFlow Datasets, "
        'such as "mnist", "kmnist" or "emnist/letters".'
    )


def _exists(name: str) -> bool:
    builder = name.split("/")[0]
    return builder in tfds_names() or (folder_of(name) / "about.json").exists() or builder in _registered()


def tfds_names() -> list[str]:
    """Return the names of all data sets of TensorFlow Datasets, read from a list: nothing is imported.

    returns: list of str
    """
    return Path(__file__).with_name("tfds_names.txt").read_text("ascii").split()


def _registered() -> list[str]:
    tfds = sys.modules.get("tensorflow_datasets")  # whoever registers a set of their own has imported it
    return tfds.list_builders(with_community_datasets=False) if tfds else []


def _suggestion(name: str) -> str:
    import difflib  # only for an error message

    spelled = re.sub(r"\W+", "_", name.split("/")[0].lower())
    near = difflib.get_close_matches(spelled, dict.fromkeys([*SHIPPED, *tfds_names()]), n=3)
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
