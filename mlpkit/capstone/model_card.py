"""The model card: one page that says what a network is for, how it was made, and where it fails.

It is written into the workbook as model_card.md; an older card is kept beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from .._files import locked, write_keeping_old
from .._tracebacks import short_errors
from ..core.data import Dataset
from ..core.losses import softmax
from ..core.metrics import confusion_matrix
from ..core.network import CHUNK, forward
from ..exercises.workbook.store import workbook_dir
from .challenge import Challenge
from .leaderboard import today
from .test_set import fingerprint, looks_so_far

FILE = "model_card.md"
USE = "Made to learn from. Not for any decision about people or goods."


class Card(NamedTuple):
    """A model card.

    text: str, Markdown
    path: Path, where it was written, or None where nothing can be written
    note: str, what happened to the older card, or ""
    """

    text: str
    path: Path | None
    note: str

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


@short_errors
def model_card(result: Challenge, data: Dataset, *, use: str = USE, notes: str = "") -> Card:
    """Write the model card of a challenge's best network.

    result: Challenge
    data: Dataset, whose validation split says where the network fails
    use: str, what the network is for, and what not
    notes: str, whatever else its users should know
    returns: Card; its file also holds the date
    raises: ValueError when the challenge was stopped before it had a network, or there is no validation
        split; TypeError when a text is none
    """
    for what, said in (("use", use), ("notes", notes)):
        if not isinstance(said, str):
            raise TypeError(f"{what} is {said!r}: expected a text")
    if not len(data.valid.labels):
        raise ValueError("there is no validation split to say where the network fails: pass load()")
    if not result.runs:
        raise ValueError("there is no network to write about: let the challenge run for a while first")
    parts = [_head(result, use), _made(result, data), _measured(result, data), _fails(result, data)]
    parts += [f"## Notes\n\n{notes.strip()}"] if notes.strip() else []
    text = "\n\n".join(parts) + "\n"
    try:
        path, note = _written(f"{text}\n*Written on {today()} with mlpkit.*\n")
    except OSError as error:
        path, note = None, f"The card could not be written: {error}"
    return Card(text, path, note)


def _head(result: Challenge, use: str) -> str:
    return f"# Model card: {result.name}\n\n## What it is for\n\n{use.strip()}"


def _made(result: Challenge, data: Dataset) -> str:
    own, seconds = result.functions, sum(run.seconds for run in result.runs)
    lines = [
        f"- Data: {data.name}, {len(data.class_names)} classes; {len(data.train.labels):,} images to learn "
        f"from, {len(data.valid.labels):,} to choose by, {len(data.test.labels):,} to test on",
        f"- Network: {result.params}, {result.params.flat.size:,} parameters, {result.activation}",
        f"- Training: {result.budget} for each of {len(result.runs)} seeds; of these the best network. "
        f"It took ≈ {seconds:.1f} s of computing in all",
        f"- Functions written by the author: {', '.join(own) if own else 'none, all are from mlpkit'}",
    ]
    recipe = f"\n\n```python\n{result.source.strip()}\n```" if result.source else ""
    return "## How it was made\n\n" + "\n".join(lines) + recipe


def _measured(result: Challenge, data: Dataset) -> str:
    each = ", ".join(f"≈ {100 * run.accuracy:.1f} %" for run in result.runs)
    lines = [f"- Validation accuracy by seed: {each}; mean ≈ {100 * result.mean:.1f} %"]
    if result.validation_images:
        lines.append(
            f"- It learned from {result.validation_images:,} validation images, so its validation accuracy "
            "says nothing about new images"
        )
    lines += _tests(result)
    return "## How well it does\n\n" + "\n".join(lines)


def _tests(result: Challenge) -> list[str]:
    looks, unread = looks_so_far()
    if unread and not looks:  # then nobody knows whether there was one
        return [f"- Test accuracy: not known. {unread}"]
    network = fingerprint(result.params)
    mine = [(number, look) for number, look in enumerate(looks, 1) if look["network"] == network]
    if not mine:
        return [
            "- Test accuracy: not measured" + (f"; {len(looks)} other look(s) were taken" if looks else "")
        ]
    number, look = mine[0]
    which = "the only look" if len(looks) == 1 else f"look {number} of {len(looks)}"
    warning = ", so this number may be too good" if number > 1 else ""
    return [f"- Test accuracy: ≈ {100 * look['accuracy']:.1f} % ({which}{warning})"]


def _fails(result: Challenge, data: Dataset) -> str:
    images, labels = np.asarray(data.valid.images), np.asarray(data.valid.labels)
    parts = [images[i : i + CHUNK] for i in range(0, len(images), CHUNK)]
    logits = [forward(result.params, part, result.activation).logits for part in parts]
    probabilities = softmax(np.concatenate(logits))
    counts = confusion_matrix(labels, probabilities.argmax(axis=1), len(data.class_names))
    many = counts.sum(axis=1)
    # Of a class without images none can fail.
    recall = np.where(many > 0, np.diag(counts) / np.maximum(many, 1), np.inf)
    worst, pairs = int(recall.argmin()), np.triu(counts + counts.T, k=1)
    one, other = np.unravel_index(pairs.argmax(), pairs.shape)
    sure, right = 100 * probabilities.max(axis=1).mean(), 100 * np.diag(counts).sum() / len(labels)
    names = data.class_names
    lines = [
        f"- Weakest class: {names[worst]}, ≈ {100 * recall[worst]:.0f} % of them are recognised",
        f"- Most often confused: {names[one]} and {names[other]}"
        if pairs.any()
        else "- Confused: none of these images",
        f"- It is ≈ {sure:.1f} % sure on average, and ≈ {right:.1f} % right",
        "- It knows small grey pictures of single things, centred on black. It answers every other "
        f"picture with one of its {len(names)} classes too",
    ]
    return "## Where it fails\n\n" + "\n".join(lines)


def _written(text: str) -> tuple[Path, str]:
    """Write the card; an older one that says something else gets another name first."""
    path = workbook_dir() / FILE
    with locked(workbook_dir()):
        older = write_keeping_old(path, text.encode())
    return path, f"Your older card is now {older.name}." if older else ""
