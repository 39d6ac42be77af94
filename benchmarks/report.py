"""From results.json to RESULTS.md: every table says when, how and on what it was measured."""

from __future__ import annotations

from pathlib import Path

from . import plot, tables
from .targets import fastest_product


def write(results: dict, folder: Path) -> None:
    """Write RESULTS.md and the plots that the results allow.

    results: what `__main__` stores in results.json; folder: where to
    """
    sections = [HEAD, machine(results.get("machine", {}))]
    for name, (title, make) in SECTIONS.items():
        if name in results:
            sections += [f"## {title}", how(results[name]), make(results[name]["found"])]
    (folder / "RESULTS.md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    plot.draw(results, folder)


HEAD = """# Results

Made by `python -m benchmarks`; nothing here is written by hand. [README.md](README.md) says how it is
measured and what was tried. Times are for one epoch of the 60,000 training images of Fashion-MNIST."""


def machine(facts: dict) -> str:
    """What it was measured on."""
    return tables.markdown(["the machine", ""], facts.items())


def how(section: dict) -> str:
    """One line: when, in which mode, under which load."""
    mode = "a quick run: parts of epochs, scaled up" if section["mode"] == "quick" else "a full run"
    before, after = section["load"]
    return (
        f"*Measured on {section['date']}, {mode}; {section['seconds']} s; processes that wanted to run: "
        f"{before} before, {after} after; matrix kernels: {section['kernels']}.*"
    )


def _race(found: dict) -> str:
    parts = ["![CPU seconds of one epoch, as multiples of mlpkit's](race.png)", RACE, tables.targets(found)]
    return "\n\n".join(parts + _events(found, "cpu"))


def _two(found: dict) -> str:
    return "\n\n".join(_events(found, "wall"))


def _events(found: dict, clock: str) -> list[str]:
    limit = fastest_product(found)
    return [f"### {name}\n\n{tables.event(name, rows, limit, clock)}" for name, rows in found.items()]


RACE = """Seconds are medians over interleaved rounds, quartiles in brackets. *times mlpkit* is the ratio of
two medians, the other's over mlpkit's, with its 95 % interval; CPU seconds are what a quiet machine's clock
would show. *share of the limit*: floating-point operations of the network's matrix products, over what the
fastest product of two 1024 x 1024 matrices in any round could have done in the same CPU time. *test loss*:
on the 10,000 test images after the epoch, worked out alike for all; those who trained on a part end higher.
W0 with SGD at this rate is not smooth: rounding alone moves its loss by a few hundredths."""

SECTIONS = {
    "race": ("Side by side, one thread", _race),
    "two threads": ("Side by side, two threads", _two),
    "gradients": ("W3: every gradient of 784-40-10 by differences", tables.gradients),
    "memory": ("Peak memory of one epoch of W4", tables.memory),
    "accuracy": ("Accuracy against time", tables.accuracy),
    "watching": ("What watching costs", tables.watching),
    "imports": ("Imports", tables.imports),
    "data": ("Data ready", tables.data),
    "checks": ("Checking an exercise", tables.checks),
    "limits": ("What has a limit", tables.limits),
    "lessons": ("Lessons", tables.lessons),
    "published": ("The five published notebooks, as their authors meant them", tables.published),
    "growth": ("How cost grows", tables.growth),
}
