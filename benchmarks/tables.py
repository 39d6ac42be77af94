"""Tables in Markdown, one function for each kind of result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from mlpkit.case_studies import stored

from .contenders import CONTENDERS
from .nets import EXAMPLES
from .stats import ratio, summary
from .targets import EVENTS, ratio_to_ours, share, verdicts


def markdown(header: Sequence[str], rows: Iterable[Sequence]) -> str:
    """A table; the first column is text, the others numbers."""
    lines = ["| " + " | ".join(header) + " |", "|---|" + "---:|" * (len(header) - 1)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def targets(race: dict) -> str:
    """What was aimed at: the ratios of CPU seconds, and the share of the limit."""
    events = [event for event in EVENTS if event in race]
    rows = []
    for name, row in verdicts(race):
        cells = []
        for event in events:
            found = row.get(event)
            text = "" if found is None else _verdict(found, name.startswith("share"))
            cells.append(text)
        rows.append([name, *cells])
    note = "Each cell: measured (aimed at), and a sign that says whether it was reached."
    return f"{note}\n\n" + markdown(["times mlpkit", *events], rows)


def _verdict(found, is_share: bool) -> str:
    sign = "✓" if found.reached else "✗"
    if is_share:
        return f"{found.value:.0%} ({found.target:.0%}) {sign}"
    return f"{found.value:.2f} ({found.target:g}) {sign}"


def event(name: str, rows: dict, limit: float, clock: str = "cpu") -> str:
    """One event: every contender, fastest first; limit: see `share`."""
    net = name.split()[0]
    notes = {contender.name: contender.note for contender in CONTENDERS}
    present = [who for who, row in rows.items() if who != "limit" and row.get("cpu") and "error" not in row]
    present.sort(key=lambda who: summary(rows[who][clock]).median)
    table = []
    for who in present:
        row, times = rows[who], ratio_to_ours(rows, who, clock)
        part = share(rows, who, net, limit, clock)
        table.append(
            [
                f"**{who}**" if who == "mlpkit" else who,
                _seconds(row["wall"]),
                _seconds(row["cpu"]),
                f"{times.value:.2f} [{times.low:.2f}, {times.high:.2f}]",
                f"{part:.0%}",
                f"{row['loss']:.3f}" if "loss" in row else "",
                "all" if row["examples"] == EXAMPLES else f"{row['examples']:,}",
                notes.get(who, ""),
            ]
        )
    header = ["", "wall s", "CPU s", "times mlpkit", "share of the limit", "test loss", "images", "how"]
    words = (
        f"Limit: {limit / 1e9:.0f} GFLOP/s for a large product, "
        f"{max(rows['limit']['net']) / 1e9:.0f} GFLOP/s for this net's own."
    )
    missing = [f"{who} ({row['error'][:80]})" for who, row in rows.items() if row and "error" in row]
    words += f" Left out: {'; '.join(missing)}." if missing else ""
    return markdown(header, table) + "\n\n" + words


def gradients(found: dict) -> str:
    """W3."""
    ours = found["mlpkit.numerical_grads"]["wall"]
    rows = [
        [
            name,
            f"{summary(row['wall']).median:.3f}",
            f"{ratio(row['wall'], ours).value:.0f}",
            f"{row['error']:.0e}",
        ]
        for name, row in found.items()
    ]
    return markdown(["", "seconds", "times mlpkit", "relative error"], rows)


def memory(found: dict) -> str:
    """Peak memory, least first."""
    return markdown(
        ["", "MB"], [[name, f"{mb:.0f}"] for name, mb in sorted(found.items(), key=lambda x: x[1])]
    )


def accuracy(found: list) -> str:
    """Accuracy reached and seconds needed."""
    rows = []
    for row in found:
        reached = [run["accuracy"] for run in row["runs"]]
        rows.append(
            [
                "-".join(map(str, row["sizes"])),
                f"{row['epochs']} epochs, batch {row['batch']}, Adam, cosine from {row['rate']:g}"
                + (", images mirrored too" if row.get("mirrored") else ""),
                f"{row['goal']:.1f} %",
                f"{np.mean(reached):.2f} % ({', '.join(f'{a:.2f}' for a in reached)})",
                f"{np.mean([run['wall'] for run in row['runs']]):.1f}",
                f"{np.mean([run['cpu'] for run in row['runs']]):.1f}",
            ]
        )
    return markdown(["network", "training", "goal", "test accuracy (seeds)", "wall s", "CPU s"], rows)


def watching(found: dict) -> str:
    """CPU seconds of the same steps, watched in different ways."""
    rows = []
    for event_name, row in found.items():
        for way, times in row.items():
            extra = ratio(times, row["plain"])
            more, low, high = (f"{100 * (value - 1):+.1f}" for value in extra)
            rows.append([event_name, way, _seconds(times), f"{more} % [{low}, {high}]"])
    return markdown(["five epochs of", "into", "CPU s", "more than a plain loop"], rows)


def imports(found: dict) -> str:
    """Milliseconds and MB of importing."""
    keys = ("wall_ms", "cpu_ms", "peak_mb")
    rows = [[name, *(f"{row[key]:.0f}" for key in keys)] for name, row in found.items()]
    return markdown(["import", "wall ms", "CPU ms", "peak MB"], rows)


def data(found: dict) -> str:
    """Seconds until the images are there."""
    return markdown(["", "seconds"], [[name, f"{value:.3f}"] for name, value in found.items()])


def checks(found: dict) -> str:
    """Milliseconds of each check."""
    rows = [[name, f"{row['ms']:.0f}", row["outcome"]] for name, row in found.items()]
    return markdown(["exercise", "ms", "outcome"], rows)


def limits(found: dict) -> str:
    """Seconds taken, beside the most that they may be."""
    rows = [
        [
            what,
            f"{row['seconds']:.2f}",
            f"{row['at most']:g}",
            "✓" if row["seconds"] <= row["at most"] else "✗",
        ]
        for what, row in found.items()
    ]
    return markdown(["what", "CPU s", "at most", ""], rows)


def lessons(found: dict) -> str:
    """Seconds and MB of each lesson."""
    rows = [[name, *(f"{row[key]:.0f}" for key in ("wall", "cpu", "peak_mb"))] for name, row in found.items()]
    return markdown(["lesson", "wall s", "CPU s", "peak MB"], rows)


def growth(found: dict) -> str:
    """Seconds of an epoch along each axis."""
    parts = ["![Cost against width, depth, batch and images](growth.png)"]
    for axis, table in found.items():
        names = [name for name in table if name != "at"]
        rows = [[at, *(f"{table[name][i]:.3f}" for name in names)] for i, at in enumerate(table["at"])]
        parts.append(markdown([axis, *names], rows))
    return "\n\n".join(parts)


def _seconds(times: Sequence[float]) -> str:
    found = summary(times)
    return f"{found.median:.3f} [{found.low:.3f}, {found.high:.3f}]"


def published(found: dict) -> str:
    """The table of all five notebooks, then every variant of each."""
    parts = [PUBLISHED, stored.table(found, markdown=True)]
    for number in range(5):
        notebook = found[f"notebook_{number}"]
        parts += [
            f"### Notebook {number}: {notebook['data']}, {notebook['steps']:,} steps",
            markdown(*stored.faults(number, found)),
        ]
    return "\n\n".join(parts)


PUBLISHED = """Accuracy on the test images: what the notebook printed, what its faults give here, what
comes out without them. Seconds are CPU seconds of the whole run (notebook 3: of its check), scaled up
from interleaved parts, of the notebook's own loops re-created and of mlpkit. Notebooks 1 and 2 learned from
60,000 digits; 10,000 ship, 8,000 of them to learn from, and the number of steps is the same."""
