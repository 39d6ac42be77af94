"""What a stored lesson says: the text of its cells and what they have printed, by cell id."""

import re

import nbformat

from tests.notebooks import ROOT


def lesson(name):
    """A stored lesson: {id: source} of its text cells, {id: printed text} of its code cells."""
    cells = nbformat.read(ROOT / "lessons" / f"{name}.ipynb", 4).cells
    texts = {cell.id: " ".join(cell.source.split()) for cell in cells if cell.cell_type == "markdown"}
    printed = {
        cell.id: "".join(o.text for o in cell.outputs if o.output_type == "stream")
        for cell in cells
        if cell.cell_type == "code"
    }
    return texts, printed


def after(sign, text):
    """Every number that stands after a sign or word in a printed text."""
    return [
        float(found.replace(",", "")) for found in re.findall(rf"{re.escape(sign)}\s*(-?[\d.,]*\d)", text)
    ]
