"""The minutes of the lessons add up, in their titles and in the guide; what is optional can be left out."""

import ast
import re
from typing import NamedTuple

import nbformat
import pytest

from tests.notebooks import ROOT
from tools.site import HOW_TO_OPEN

PATHS = {path.name[:2]: path for path in sorted((ROOT / "lessons").glob("[0-9]*.ipynb"))}
CELLS = {number: nbformat.read(path, 4).cells for number, path in PATHS.items()}
GUIDE = (ROOT / "docs" / "teaching.md").read_text("utf-8")
HEADING = re.compile(r"^(##+) (?:(\d+) · )?([^\n]*?)(?: \((optional, )?(\d+) min\))?$", re.MULTILINE)
TOTALS = {"00": 48, "01": 94, "02": 96, "03": 77, "04": 101, "05": 166, "06": 103, "07": 126, "08": 167,
          "09": 132, "10": 95}  # fmt: skip

# Cells that take longer than two seconds, by lesson.
SLOW = {
    "00": ["deck-finished", "three-rates"],
    "02": ["real-experiment"],
    "03": ["setup"],
    "04": ["rival-experiment"],
    "05": ["wrong-experiment"],
    "06": ["rate-experiment", "seeds-figure", "deck-run"],
    "07": ["real-experiment", "fair", "relatives"],
    "08": ["accuracy-experiment", "published-zero", "published-four"],
    "09": [
        "own-experiment",
        "train",
        "overfit-experiment",
        "cures-runs",
        "cures-experiment",
        "seeds-experiment",
    ],
}

every_lesson = pytest.mark.parametrize("number", CELLS)


class Part(NamedTuple):
    """A heading and the cells up to the next heading that is not below it."""

    section: int
    minutes: int
    optional: bool
    title: str
    cells: list


def parts(cells):
    """The parts of a lesson, from its first section on. A heading without minutes is in the part above."""
    found, section = [], 0
    for cell in cells:
        if cell.cell_type == "markdown":
            for level, place, title, optional, minutes in HEADING.findall(cell.source):
                section = int(place) if place else section if level != "##" else 0
                if minutes:
                    found.append(Part(section, int(minutes), bool(optional), title, []))
                elif level == "##":
                    found.append(Part(0, 0, False, title, []))
        if found:
            found[-1].cells.append(cell)
    return found


def minutes(number, first=1, last=99, short=False):
    """What the sections from first to last take."""
    chosen = [p for p in parts(CELLS[number]) if first <= p.section <= last]
    return sum(p.minutes for p in chosen if not (short and p.optional))


def code(cells):
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def split(number):
    """The optional code of a lesson, and the rest of it."""
    found = parts(CELLS[number])
    optional = [cell for part in found if part.optional for cell in part.cells]
    return code(optional), code([cell for cell in CELLS[number] if cell not in optional])


@every_lesson
def test_the_title_has_the_minutes_of_all_sections_and_of_the_short_track(number):
    title = CELLS[number][0].source
    promised = re.search(r"\n\*(\d+) minutes, short track (\d+) minutes · ", title).groups()
    assert [int(m) for m in promised] == [minutes(number), minutes(number, short=True)]
    assert int(promised[0]) == TOTALS[number]


@every_lesson
def test_every_numbered_section_has_its_minutes(number):
    headings = [
        h for cell in CELLS[number] if cell.cell_type == "markdown" for h in HEADING.findall(cell.source)
    ]
    assert [title for _, place, title, _, m in headings if place and not m] == []
    places = [int(place) for _, place, *_ in headings if place]
    assert places == list(range(1, len(places) + 1))


@every_lesson
def test_what_can_be_left_out_says_so_in_its_heading_or_on_its_fold(number):
    for cell in CELLS[number]:
        if cell.cell_type == "markdown":
            assert "skip this" not in cell.source
            assert cell.source.count("<details>") == cell.source.count("</details>")
    assert any(part.optional for part in parts(CELLS[number]))
    assert "Parts marked *optional* can wait" in CELLS[number][0].source


@every_lesson
def test_an_optional_part_is_folded_under_its_heading(number):
    """Its heading is a cell alone that JupyterLab folds, and there is something below to unfold."""
    cells = [*CELLS[number], nbformat.v4.new_markdown_cell("## end")]
    folded = [i for i, cell in enumerate(cells) if cell.metadata.get("jp-MarkdownHeadingCollapsed")]
    optional = [i for i, cell in enumerate(cells) if re.search(r"^##+ .*\(optional,", cell.source, re.M)]
    assert folded == optional
    for i in folded:
        heading, nothing, how = cells[i].source.split("\n")
        assert (nothing, how) == ("", HOW_TO_OPEN)
        level = len(heading.partition(" ")[0])
        assert not re.match(rf"#{{1,{level}}} ", cells[i + 1].source)


def test_no_exercise_in_an_optional_part_is_needed_by_the_rest_of_a_lesson():
    spare = set()
    for number in CELLS:
        spare |= set(re.findall(r"^@exercise\ndef (\w+)", split(number)[0], re.MULTILINE))
    assert spare == {"glorot_uniform", "nesterov_step", "rmsprop_step"}
    for number in CELLS:
        assert not set(re.findall(r"mine\.(\w+)", split(number)[1])) & spare


def used_and_made(source):
    """The names that a piece of code reads, and those that it makes at its top level."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    made |= {a.asname or a.name for node in nodes if isinstance(node, ast.ImportFrom) for a in node.names}
    return read - arguments, made


@every_lesson
def test_no_cell_of_the_short_track_needs_a_name_that_only_an_optional_part_makes(number):
    optional, _ = split(number)
    _, made_there = used_and_made(optional.replace("await ", ""))
    made = set()
    for cell in CELLS[number]:
        if cell.cell_type == "code" and cell.source not in optional:
            read, new = used_and_made(cell.source.replace("await ", ""))
            made |= new
            assert not read & made_there - made, cell.source


@pytest.mark.parametrize(("number", "cell"), [(number, cell) for number, ids in SLOW.items() for cell in ids])
def test_a_slow_cell_says_before_how_many_seconds_it_takes(number, cell):
    """In its own comment, or in the text of its section before it."""
    before = ""
    for one in CELLS[number]:
        if one.cell_type == "markdown":
            before = one.source if one.source.startswith("## ") else before + one.source
        if one.id == cell:
            assert re.search(r"takes? about \d+ s\b", before + one.source)
            return
    pytest.fail("there is no such cell")


def test_the_guide_tells_the_minutes_of_all_lessons():
    total, short = (sum(minutes(number, short=s) for number in CELLS) for s in (False, True))
    assert f"The eleven lessons take {total} minutes, and {short} on the short track" in GUIDE


def test_the_table_of_the_readme_has_the_minutes_of_both_tracks():
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| \[(\d\d) [^|]+\| (\d+) \| (\d+) \|", readme, re.MULTILINE)
    assert rows == [(n, str(minutes(n)), str(minutes(n, short=True))) for n in CELLS]


def timetable(heading):
    """The rows of a table of meetings: (what, minutes)."""
    section = GUIDE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| \d+ \| ([^|]+) \| (\d+) \|", section, re.MULTILINE), section


def takes(what, short):
    """The minutes of "00; 01 §1–2; 03 §4"."""
    total = 0
    for one in what.split("; "):
        number, first, last = re.fullmatch(r"(\d\d)(?: §(\d+)(?:–(\d+))?)?", one.strip()).groups()
        total += minutes(number, int(first or 1), int(last or first or 99), short)
    return total


@pytest.mark.parametrize(
    ("heading", "meetings", "short"),
    [("Twenty-two hours", 11, False), ("Twelve hours", 6, True), ("Six hours", 3, True)],
)
def test_each_meeting_takes_the_minutes_of_its_sections_and_leaves_time(heading, meetings, short):
    rows, _ = timetable(heading)
    assert len(rows) == meetings
    assert [int(said) for _, said in rows] == [takes(what, short) for what, _ in rows]
    assert max(int(said) for _, said in rows) <= 106


def test_twenty_two_hours_and_the_homework_hold_every_section_once():
    rows, section = timetable("Twenty-two hours")
    home = "squared error (04 §6), the five notebooks of 08 §7, the patients that are left, and 10."
    assert f"For home: {home}" in section
    at_home = takes("04 §6; 08 §7; 10", short=False)
    assert sum(int(said) for _, said in rows) + at_home == sum(TOTALS.values())
