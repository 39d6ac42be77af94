"""The glossary is complete and true: every defined word stands in it, and every row of it in its lesson."""

import re
from typing import NamedTuple

import nbformat
import pytest

# The words, names and signatures that the whole course agrees on.
AGREED = """
images labels weights bias preactivations activations logits probabilities loss params grads dlogits
dz learning_rate momentum weight_decay b1 b2 eps step epoch train valid test Layer Params Examples
Dataset Activation relu leaky_relu tanh sigmoid identity load batches one_hot init_params he_normal
forward ForwardPass predict backward loss_and_grads mean_squared_error cross_entropy softmax
log_softmax sgd nesterov rmsprop adam adamw Optimizer update state train Step numerical_grads
numerical_gradient check_grads GradCheck save_params load_params History Metrics evaluate
confusion_matrix accuracy batch_size rng
"""


class Row(NamedTuple):
    terms: tuple
    sentence: str
    symbol: str
    code: str
    lesson: str


def read_rows(text):
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [Row(tuple(first.split(", ")), *rest) for first, *rest in cells[2:]]


def defined_in(notebook):
    """The words in bold: in a lesson they are definitions and nothing else."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [" ".join(found.split()).lower() for found in re.findall(r"\*\*([^*]+)\*\*", text)]


@pytest.fixture(scope="module")
def rows(root):
    return read_rows((root / "lessons" / "glossary.md").read_text("utf-8"))


@pytest.fixture(scope="module")
def lessons(root):
    paths = sorted((root / "lessons").glob("[0-9][0-9]_*.ipynb"))
    assert paths
    return {path.name: defined_in(nbformat.read(path, 4)) for path in paths}


def test_every_row_is_whole(rows):
    assert len(rows) > 100
    for row in rows:
        assert re.fullmatch(r"[A-Z0-9].*\.", row.sentence), row
        number, name = re.fullmatch(r"\[(\d\d)\]\((\d\d_\w+\.ipynb)\)", row.lesson).groups()
        assert name.startswith(number), row


def test_rows_stand_in_the_order_of_the_alphabet_and_once(rows):
    firsts = [row.terms[0].casefold() for row in rows]
    assert firsts == sorted(firsts)
    terms = [term.lower() for row in rows for term in row.terms]
    assert len(set(terms)) == len(terms)


def test_every_agreed_word_and_name_is_there(rows):
    told = " ".join(" ".join((*row.terms, row.code)) for row in rows)
    assert [name for name in AGREED.split() if not re.search(rf"(?<!\w){name}(?!\w)", told)] == []


def test_every_word_that_a_lesson_defines_is_there(rows, lessons):
    terms = {term.lower() for row in rows for term in row.terms}
    missing = {name: [word for word in bold if word not in terms] for name, bold in lessons.items()}
    assert {name: words for name, words in missing.items() if words} == {}


def test_every_row_is_defined_in_the_lesson_that_it_names_and_in_no_other(rows, lessons):
    wrong = []
    for row in rows:
        name = re.search(r"\((.*)\)", row.lesson).group(1)
        found = [lesson for lesson, bold in lessons.items() if {t.lower() for t in row.terms} & set(bold)]
        if name in lessons and found != [name]:
            wrong.append(f"{row.terms[0]}: defined in {found or 'no lesson'}, the glossary says {name}")
    assert wrong == []


EVERYDAY = {"test", "train"}  # verbs that every reader knows


def prose(cell):
    """The sentences of a cell: no headings, code or formulas; nothing of a page that only looks ahead."""
    if cell.cell_type != "markdown" or cell.source.startswith("## What comes next"):
        return ""
    text = re.sub(
        r"```.*?```|\$\$.*?\$\$|\$[^$]*\$|`[^`]*`|^#.*?$", "", cell.source, flags=re.DOTALL | re.MULTILINE
    )
    return " ".join(text.split()).lower().replace("activation function", "activation_function")


def used_before(terms, texts):
    """The terms that stand in these texts, whole words only, before one of them is in bold."""
    found = []
    for text in texts:
        text, _, rest = text.partition(f"**{next((t for t in terms if f'**{t}**' in text), '')}**")
        found += [term for term in terms if re.search(rf"(?<![\w-]){re.escape(term)}(?![\w-])", text)]
        if rest:
            break
    return found


def test_each_term_is_explained_where_it_first_stands(root, rows):
    """No lesson uses a word before its explanation, here or in a later lesson; only titles look ahead."""
    pages = []
    for path in sorted((root / "lessons").glob("[0-9]*.ipynb")):
        title, *others = map(prose, nbformat.read(path, 4).cells)
        pages += [" ".join(re.findall(r"\*\*[^*]+\*\*", title)), *others]
    early = {}
    for row in rows:
        terms = [term.lower().replace(" function", "_function") for term in row.terms]
        early[row.terms[0]] = [term for term in used_before(terms, pages) if term not in EVERYDAY]
    assert {term: found for term, found in early.items() if found} == {}


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["a loss", "the **loss** is"], ["loss"]),
        (["the **loss** is a loss", "loss"], []),
        (["lossless", "x-loss", "the **loss**"], []),
        (["a loss of one, **loss**"], ["loss"]),
    ],
)
def test_a_word_before_its_explanation_would_be_found(texts, found):
    assert used_before(["loss"], texts) == found


@pytest.mark.parametrize("sign", ["yield", "[:, None]", "keepdims", "partial(", "lambda"])
def test_a_sign_of_python_is_explained_before_it_stands_in_code(root, sign):
    cells = [
        c for path in sorted((root / "lessons").glob("[0-9]*.ipynb")) for c in nbformat.read(path, 4).cells
    ]
    assert next(cell.cell_type for cell in cells if sign in cell.source) == "markdown"


def test_a_bold_word_in_code_or_in_italics_is_no_definition():
    text = "**one  \nhot** and *two*\n```python\nx**2 + y**2\n```\n**Three**"
    cells = [nbformat.v4.new_markdown_cell(text)]
    assert defined_in(nbformat.v4.new_notebook(cells=cells)) == ["one hot", "three"]
