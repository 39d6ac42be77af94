"""The clinic's panel without a browser: what a click does, and what is refused."""

import pytest

from mlpkit.clinic import MENU, patient, ward
from mlpkit.widgets import ClinicPanel


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))


@pytest.fixture
def panel():
    return ClinicPanel(patient, ["too-good", "fading"], MENU)


def test_one_line_opens_the_whole_ward():
    packed = ClinicPanel(patient, ward(), MENU).pack()
    assert packed["names"] == list(ward())
    assert [row[0] for row in packed["menu"]] == list(MENU)
    assert packed["left"] == packed["full"] == 6


def test_a_lesson_chooses_who_is_open_first():
    assert ClinicPanel(patient, ["too-good", "fading"], MENU, first="fading").case.name == "fading"
    with pytest.raises(ValueError, match="first is 'nobody': expected one of the names, too-good, fading"):
        ClinicPanel(patient, ["too-good", "fading"], MENU, first="nobody")


def test_a_visit_by_button(panel):
    panel.on_order("loss at start")
    packed = panel.pack()
    assert packed["left"] == 5
    assert packed["reports"][0][0] == "loss at start"
    assert packed["reports"][0][1][0][1] == 0
    panel.on_order("loss at start")
    assert panel.pack()["left"] == 5
    panel.on_diagnose("the network overfits")
    assert panel.pack()["verdict"][:2] == ["the network overfits", 0]
    assert panel.pack()["stub"] == ""
    panel.on_diagnose("the loss is averaged over classes too")
    assert panel.pack()["verdict"][1] == 1
    assert panel.pack()["stub"].startswith("def cross_entropy(logits, labels):")
    assert panel.case.left == 4  # the wrong diagnosis cost a point


def test_a_test_that_costs_too_much_says_so(panel):
    assert panel.pack()["refusals"] == {}
    panel.on_order("gradient check")
    panel.on_order("loss at start")
    assert panel.pack()["refusals"] == {
        "overfit 20 images": "the test 'overfit 20 images' costs 3 points, and you have 2 points left"
    }
    panel.on_order("two batch sizes")
    assert set(panel.pack()["refusals"]) == set(MENU) - {"gradient check", "loss at start", "two batch sizes"}


def test_another_patient_keeps_his_own_visit(panel):
    panel.on_order("dtype")
    panel.on_open("fading")
    assert panel.pack()["left"] == 6
    assert panel.pack()["symptoms"]["complaint"].startswith("My Adam")
    panel.on_open("too-good")
    assert panel.pack()["left"] == 5
    panel.on_again(None)
    assert panel.pack()["left"] == 6
    assert panel.pack()["reports"] == []


def test_the_sentence_and_the_picture(panel):
    assert repr(panel) == (
        "Debugging clinic: too-good, 6 of 6 points for tests. It shows the training loss: ≈ 0.24 at first, "
        "≈ 0.06 at last; validation accuracy: ≈ 79.4 %."
    )
    assert len(panel.figure().child_axes) == 2


@pytest.mark.parametrize(
    "name, value, says",
    [
        ("open", "nobody", "no patient 'nobody'"),
        ("open", ["x"], "unhashable"),
        ("order", "x-ray", "no test 'x-ray'"),
        ("diagnose", "flu", "no diagnosis 'flu'"),
    ],
)
def test_what_the_page_may_not_ask_is_shown_there(panel, name, value, says):
    panel._act(name, value)
    assert says in panel._problem
    assert panel.pack()["busy"] == ""


def test_a_ward_without_patients_is_refused():
    with pytest.raises(ValueError, match="no patient"):
        ClinicPanel(patient, [], MENU)
