"""What can be seen of a patient before anything is tested: a complaint, settings, curves, what was printed.

The numbers are those of a run that has just been made; the picture is drawn only when somebody looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .answers import Answer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 24


@dataclass(frozen=True, repr=False)
class Symptoms:
    """Everything that the owner of a program brings along.

    name, complaint, settings: str
    losses: list of float, one a step; accuracies: list of float, one an epoch
    lines: list of str, what else was printed
    histogram: (title, counts, edges) or None
    """

    name: str
    complaint: str
    settings: str
    losses: list[float]
    accuracies: list[float]
    lines: list[str] = field(default_factory=list)
    histogram: tuple[str, np.ndarray, np.ndarray] | None = None

    def __repr__(self) -> str:
        lines = [f'{self.name}: "{self.complaint}"', self.settings, self.curve, *self.lines]
        return "\n  ".join([*lines, *([self._shape()] if self.histogram else [])])

    @property
    def curve(self) -> str:
        """Loss and accuracy in words."""
        first, last = loss_words(self.losses[0]), loss_words(float(np.mean(self.losses[-10:])))
        accuracy = accuracy_words(self.accuracies[-1])
        return f"training loss: {first} at first, {last} at last; validation accuracy: {accuracy}"

    def figure(self) -> Axes:
        """The loss step by step; beside it the histogram if there is one, otherwise accuracy by epoch."""
        from mlpkit.figures.display import axes_or_new, panels, set_description

        ax = axes_or_new(None, 8, 2.8)
        left, right = panels(ax, 1, 2, wide=0.3)
        _draw_loss(left, self.losses)
        _draw_histogram(right, *self.histogram) if self.histogram else _draw_accuracy(right, self.accuracies)
        return set_description(ax, self.curve)

    def _shape(self) -> str:
        title, counts, edges = self.histogram
        low, high = edges[:-1][counts > 0][0], edges[1:][counts > 0][-1]
        inside = counts[(edges[:-1] <= 0) & (edges[1:] > 0)].sum() / counts.sum()
        near = "all" if inside == 1 else "most" if inside > 0.5 else "less than half"
        return f"{title}: between ≈ {low:.3g} and ≈ {high:.3g}, {near} of them near 0"

    def _ipython_display_(self) -> None:
        """In a notebook: the words in a block, then the picture and its sentence."""
        from IPython.display import display

        from mlpkit.figures import show

        lines = [self.settings, *self.lines, *([self._shape()] if self.histogram else [])]
        display(Answer(None, (f"{self.name}: “{self.complaint}”", *lines)))
        show(self.figure())

    def packed(self) -> dict[str, Any]:
        """The same for a widget: plain values and arrays."""
        counts = self.histogram and {
            "title": self.histogram[0],
            "counts": self.histogram[1].tolist(),
            "edges": self.histogram[2].tolist(),
        }
        lines = [self.settings, self.curve, *self.lines, *([self._shape()] if self.histogram else [])]
        return {"complaint": self.complaint, "lines": lines, "losses": np.array(self.losses),
                "accuracies": self.accuracies, "histogram": counts}  # fmt: skip


def binned(title: str, values: np.ndarray) -> tuple[str, np.ndarray, np.ndarray]:
    """A histogram of numbers. -> (title, counts, edges)"""
    return title, *np.histogram(values, bins=BINS)


def loss_words(loss: float) -> str:
    """A loss as it can be promised to come out again elsewhere."""
    if not np.isfinite(loss):
        return "overflowed"
    return "above 20" if loss > 20 else f"≈ {loss:.2f}"


def accuracy_words(accuracy: float) -> str:
    """An accuracy likewise: what lies near guessing is chaotic."""
    if accuracy > 0.5:
        return f"≈ {100 * accuracy:.1f} %"
    return "below 50 %" if accuracy > 0.15 else "no better than guessing"


def _draw_loss(ax: Axes, losses: list[float]) -> None:
    shown = np.minimum(np.nan_to_num(losses, nan=np.nan, posinf=np.nan), 20)
    title = "training loss" if np.isfinite(losses).all() else "training loss (gap: it overflowed)"
    ax.plot(np.arange(1, len(losses) + 1), shown, color="#0072B2", linewidth=1.5)
    ax.set(
        xlabel="step",
        title=title,
        xlim=(0, len(losses) + 1),
        ylim=(0, max(2.6, float(np.nanmax(shown, initial=0)) * 1.05)),
    )


def _draw_accuracy(ax: Axes, accuracies: list[float]) -> None:
    epochs = np.arange(1, len(accuracies) + 1)
    ax.plot(epochs, 100 * np.array(accuracies), "o-", color="#0072B2")
    ax.set(xlabel="epoch", title="validation accuracy in %", ylim=(0, 100), xticks=epochs)


def _draw_histogram(ax: Axes, title: str, counts: np.ndarray, edges: np.ndarray) -> None:
    ax.bar(edges[:-1], counts, np.diff(edges), align="edge", color="#0072B2")
    ax.set(title=title, yticks=[])
