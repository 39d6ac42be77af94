"""The two plots: an epoch's seconds side by side, and how cost grows."""

from __future__ import annotations

from pathlib import Path

from .stats import summary

OURS_COLOR, OTHER_COLOR, LIMIT_COLOR = "#E69F00", "#56B4E9", "#777777"
LONGEST = 5
STYLES = {"mlpkit": (OURS_COLOR, "-", "o"), "limit": (LIMIT_COLOR, ":", "")}


def draw(results: dict, folder: Path) -> None:
    """Write race.png and growth.png, as far as there are results for them."""
    import matplotlib

    matplotlib.use("Agg")
    if "race" in results:
        _save(_race(results["race"]["found"]), folder / "race.png")
    if "growth" in results:
        _save(_growth(results["growth"]["found"]), folder / "growth.png")


def _save(figure, path: Path) -> None:
    import matplotlib.pyplot as plt

    figure.savefig(path, dpi=110, facecolor="white", metadata={"Software": None})
    plt.close(figure)


def _race(found: dict):
    import matplotlib.pyplot as plt

    events = list(found)
    figure, axes = plt.subplots(2, -(-len(events) // 2), figsize=(13, 7), layout="constrained", squeeze=False)
    for axis in axes.flat[len(events) :]:
        axis.set_axis_off()
    for axis, event in zip(axes.flat, events):
        rows = {who: row for who, row in found[event].items() if who != "limit" and row.get("cpu")}
        ours = summary(rows["mlpkit"]["cpu"]).median
        times = {who: summary(row["cpu"]).median / ours for who, row in rows.items()}
        names = sorted(times, key=times.get, reverse=True)
        colors = [OURS_COLOR if who == "mlpkit" else OTHER_COLOR for who in names]
        bars = axis.barh(names, [times[who] for who in names], color=colors)
        for bar in bars:
            width, inside = bar.get_width(), bar.get_width() > LONGEST
            place = {"x": LONGEST - 0.1, "ha": "right"} if inside else {"x": width + 0.1, "ha": "left"}
            axis.text(
                y=bar.get_y() + bar.get_height() / 2, s=f"{width:.2f}", va="center", fontsize=8, **place
            )
        axis.set_xlim(0, LONGEST)
        axis.set_title(f"{event}: mlpkit {ours:.2f} s", fontsize=10)
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    figure.suptitle(f"CPU seconds of one epoch, as multiples of mlpkit's (bars are cut off at {LONGEST})")
    return figure


def _growth(found: dict):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(found), figsize=(13, 3.6), layout="constrained", squeeze=False)
    for axis, (name, table) in zip(axes[0], found.items()):
        for who, seconds in table.items():
            if who != "at":
                color, dash, marker = STYLES.get(who, (OTHER_COLOR, "--", "s"))
                label = "matrix products alone" if who == "limit" else who
                axis.plot(table["at"], seconds, color=color, ls=dash, marker=marker, ms=4, label=label)
        axis.set_xscale("log", base=2 if name != "images" else 10)
        axis.set_yscale("log")
        axis.set_xlabel(name)
        axis.grid(alpha=0.3)
    axes[0, 0].set_ylabel("CPU seconds of an epoch")
    axes[0, 0].legend(fontsize=8)
    return figure
