"""The clinic: every patient is ill as described, every test tells, every repair cures, and nothing raises."""

import json
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from mlpkit.clinic import MENU, patient, record_of, ward
from mlpkit.clinic import menu as tests_on_offer
from mlpkit.clinic.engine import BUDGET, Case, _score, _score_before
from mlpkit.clinic.menu import Finding
from mlpkit.clinic.patients import patients
from mlpkit.clinic.program import Program, run
from mlpkit.exercises import mine, progress
from mlpkit.exercises.catalog import exercises
from mlpkit.exercises.checker.check import check_against
from mlpkit.exercises.workbook import transfer

PATIENTS = patients()
FEELS_WELL = {"all-fine", "hair-off", "lukewarm", "fading"}  # their symptom is that there is none
every_patient = pytest.mark.parametrize("name", PATIENTS)


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "book"))
    return tmp_path / "book"


def normal(test, program):
    return all(finding.normal for finding in tests_on_offer.order(test, program))


def test_there_are_enough_patients_from_enough_places():
    assert len(ward()) >= 14
    assert sum(p.source.startswith("published notebook") for p in PATIENTS.values()) >= 11
    elsewhere = [p.source for p in PATIENTS.values() if not p.source.startswith("published notebook")]
    assert all(re.search(r"GitHub, (issue|pull request) \d|python-course", source) for source in elsewhere)
    assert {p.source.split(",")[0].split(";")[0] for p in PATIENTS.values()} >= {
        f"published notebook {i}" for i in (0, 1, 2, 3, 4)
    }


def test_the_menu_holds_what_was_promised():
    promised = {
        "loss at start", "overfit 20 images", "gradient check", "row sums", "constant-gradient bench",
        "shapes", "dtype", "two batch sizes", "two learning rates",
    }  # fmt: skip
    assert set(MENU) == promised | {test for p in PATIENTS.values() for test in p.tests}
    assert sum(test.price for test in MENU.values()) > 2 * BUDGET


@every_patient
def test_the_sick_program_shows_its_symptom_and_the_healthy_one_does_not(name):
    one = PATIENTS[name]
    sick, well = run(one.sick_program), run(one.healthy_program)
    assert one.has_symptom(one.sick_program, sick, well)
    assert one.has_symptom(one.healthy_program, well, well) == (name in FEELS_WELL)


@every_patient
def test_the_named_tests_reveal_it_and_a_budget_pays_for_one(name):
    one = PATIENTS[name]
    for test in one.tests:
        assert not normal(test, one.sick_program), test
    assert min(MENU[test].price for test in one.tests) <= BUDGET


@every_patient
def test_the_healthy_twin_passes_the_whole_menu(name):
    for test in MENU:
        assert normal(test, PATIENTS[name].healthy_program), (
            test,
            tests_on_offer.order(test, PATIENTS[name].healthy_program),
        )


@every_patient
def test_the_model_repair_passes_and_the_illness_does_not(name):
    one = PATIENTS[name]
    assert check_against(one.exercise, one.exercise.reference).outcome == "passed"
    verdict = check_against(one.exercise, one.sick)
    assert verdict.outcome == "incorrect"
    assert verdict.mistake is not None


OWN = {p.exercise.name: p.exercise for p in PATIENTS.values() if not p.exercise.topic}


@pytest.mark.parametrize("name", OWN)
def test_the_listed_mistakes_of_a_repair_are_named(name):
    """Those of the course's own exercises have tests of their own."""
    assert len(OWN[name].hints) == 4
    for mistake in OWN[name].mistakes:
        for wrong in mistake.variants:
            assert check_against(OWN[name], wrong).mistake == mistake.name


@every_patient
def test_each_wrong_diagnosis_has_its_answer_and_the_right_one_is_among_the_choices(name):
    case, one = patient(name), PATIENTS[name]
    assert len(case.choices) >= 4
    assert one.disease in case.choices
    for wrong in one.others:
        verdict = case.diagnose(wrong)
        assert verdict.good is False
        assert one.disease not in repr(verdict)
        assert len(one.others[wrong]) > 30
    verdict = case.diagnose(f"  {one.disease.upper()}. ")
    assert verdict.good is True
    assert one.explanation in repr(verdict)


@every_patient
def test_symptoms_can_be_read_drawn_and_sent(name):
    seen = patient(name).symptoms()
    assert PATIENTS[name].complaint in repr(seen)
    assert PATIENTS[name].disease not in repr(seen)
    assert PATIENTS[name].part not in repr(seen)
    ax = seen.figure()
    left, right = ax.child_axes
    assert left.get_lines()
    assert right.get_lines() or right.patches
    assert len(seen.packed()["losses"]) == len(seen.losses)


def test_a_whole_visit(book):
    case = patient("all-fine")
    assert "waiting" in repr(case)
    assert f"{BUDGET} points" in repr(case)
    assert case.order("loss at start").normal
    report = case.order("gradient check")
    assert not report.normal
    assert case.left == BUDGET - 4
    assert [f.normal for f in report.findings] == [False, False, True, True]
    assert case.order("Gradient check") is report
    assert case.left == BUDGET - 4
    case.diagnose("nothing is wrong")
    case.diagnose("the relu gate is always open")

    def relu_backward(da, z):
        return da * (z > 0)

    cure = case.repair(relu_backward)
    assert cure.outcome == "passed"
    assert abs(cure.before - cure.after) < 0.05
    assert "The accuracy alone does not show this mistake" in repr(cure)
    kept = json.loads((book / "record.json").read_text())["clinic"]["all-fine"]
    assert kept["cured"]
    assert kept["right"]
    assert kept["repairs"] == 1
    assert kept["diagnoses"] == ["nothing is wrong", "the relu gate is always open"]
    assert kept["tests"] == ["loss at start", "gradient check"]
    assert "da * (z > 0)" in kept["source"]
    assert "✓ all-fine" in repr(ward())
    assert "○ see-saw" in repr(ward())
    assert not (book / "relu_backward.py").exists()  # the learner's own one from the lesson is not touched


def test_a_repair_is_worth_what_was_measured_with_it():
    cure = patient("high-fever").repair(lambda images: (images / 255).reshape(len(images), -1).astype("f4"))
    assert cure.before < 0.15 < 0.65 < cure.after
    assert "no better than guessing before, ≈ " in repr(cure)
    one = PATIENTS["high-fever"]
    assert cure.before == _score_before("high-fever")
    assert abs(cure.after - _score(one, one.healthy_program)) < 0.02


def test_what_was_written_stays(book):
    case = patient("hair-off")
    case.diagnose("forward is leaky, backward is not")

    def leaky_backward(da, z):
        return np.where(z > 0, da, da / 100)

    assert case.repair(leaky_backward).outcome == "passed"
    case.repair(lambda da, z: da)
    case.diagnose("nothing is wrong")
    kept = record_of("hair-off")
    assert kept["right"]
    assert kept["cured"]
    assert kept["repairs"] == 2
    assert "da / 100" in kept["source"]
    assert kept["diagnoses"] == ["forward is leaky, backward is not"]


def test_it_travels_with_the_workbook_and_stays_out_of_the_progress(book, tmp_path, monkeypatch):
    before = repr(progress())
    patient("too-good").diagnose("the loss is averaged over classes too")
    patient("see-saw").repair(PATIENTS["see-saw"].exercise.reference)
    assert repr(progress()) == before
    transfer.export_workbook(tmp_path / "out.zip")
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "other"))
    patient("too-good").diagnose("the network overfits")
    patient("touchy").diagnose("the learning rate is too large")
    transfer.import_workbook(tmp_path / "out.zip")
    assert record_of("see-saw")["cured"]
    assert record_of("too-good")["diagnoses"] == ["the network overfits"]  # what was done here stays
    assert record_of("touchy")["diagnoses"] == ["the learning rate is too large"]


def test_a_cure_that_is_brought_in_leaves_the_right_diagnosis_from_here(book, tmp_path, monkeypatch):
    patient("touchy").repair(PATIENTS["touchy"].exercise.reference)
    transfer.export_workbook(tmp_path / "out.zip")
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "other"))
    patient("touchy").diagnose(PATIENTS["touchy"].disease)
    transfer.import_workbook(tmp_path / "out.zip")
    kept = record_of("touchy")
    assert kept["cured"]
    assert kept["right"]
    assert kept["diagnoses"] == [PATIENTS["touchy"].disease]


@pytest.mark.parametrize(
    "table", ['"x"', "[]", '{"touchy": 3}', '{"touchy": {"right": "yes", "tests": null}}']
)
def test_a_strange_record_does_no_harm(book, table):
    book.mkdir()
    (book / "record.json").write_text(f'{{"schema": 1, "clinic": {table}}}')
    assert record_of("touchy")["right"] is False
    assert "○ touchy" in repr(ward())
    patient("touchy").diagnose("the learning rate is too large")
    assert record_of("touchy")["diagnoses"] == ["the learning rate is too large"]


def test_a_workbook_that_cannot_be_written_is_no_reason_to_stop(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MLPKIT_WORKBOOK", str(tmp_path / "file" / "book"))
    verdict = patient("fading").diagnose("Adam's correction lacks the power t")
    assert verdict.good
    assert "could not be written" in repr(verdict)


def test_a_wrong_diagnosis_costs_a_point_and_is_remembered():
    case = patient("hair-off")
    case.diagnose("nothing is wrong")
    assert case.left == BUDGET - 1
    case.diagnose("Nothing is wrong.")
    assert case.left == BUDGET - 1  # the same one a second time
    case.diagnose("the nudges cross a kink")
    assert case.left == BUDGET - 2
    assert case.ruled_out == patient("hair-off").ruled_out == ("nothing is wrong", "the nudges cross a kink")
    assert "Not: nothing is wrong; the nudges cross a kink." in repr(patient("hair-off"))
    case.order("gradient check")
    case.order("dtype")
    assert case.left == 0
    assert case.diagnose("the relu gate is always open").good is False
    assert case.left == 0
    assert case.diagnose("forward is leaky, backward is not").good
    assert case.left == 0


def test_the_sums_are_told_row_by_row():
    def out_of_range(name):
        return [f.text for f in tests_on_offer.order("row sums", PATIENTS[name].sick_program) if not f.normal]

    (first,) = out_of_range("blank-rows")
    (second,) = out_of_range("one-blank")
    assert "the probabilities of [0, 1] sum to nan" in first
    assert "the probabilities of [1000, 1001] sum to nan" in second
    (gradient,) = out_of_range("lukewarm")
    assert re.search(r"row \d+ sums to ≈ 0\.\d+", gradient)
    by_columns = Program(softmax=lambda z: np.exp(z) / np.exp(z).sum(axis=0))
    ordinary, *_ = tests_on_offer.order("row sums", by_columns)
    assert not ordinary.normal
    assert "row 0 sums to" in ordinary.text


def test_half_the_rate_gives_the_curve_of_the_colleague():
    """So the factor of 2 can be concluded before any test is ordered; another mistake would not fit."""
    one = PATIENTS["too-eager"]
    half, well = run(one.sick_program._replace(rate=one.program.rate / 2)), run(one.healthy_program)
    assert half.losses == well.losses
    assert "the colleague's in every step" in one.lines(one.sick_program, run(one.sick_program))[1]
    undivided = one.program._replace(cross_entropy_backward=lambda z, y: 50 * one.exercise.reference(z, y))
    assert "another one" in one.lines(undivided, run(undivided))[1]


def test_a_relu_that_is_missing_forward_alone_fails_the_check(monkeypatch):
    """all-fine says how the two are told apart: by the length of the first layer's gradient."""
    texts = [f.text for f in tests_on_offer.order("gradient check", PATIENTS["all-fine"].sick_program)]
    monkeypatch.setattr("mlpkit.clinic.program._activate", lambda program, z, mask: z)
    missing = tests_on_offer.order("gradient check", PATIENTS["all-fine"].healthy_program)
    assert [f.normal for f in missing] == [False, False, True, True]
    lengths = [float(re.search(r"≈ (\S+) times the", text)[1]) for text in (texts[0], missing[0].text)]
    assert lengths[0] > 1.5
    assert lengths[1] < 0.7


def test_when_the_budget_is_spent():
    case = patient("fading")
    case.order("gradient check")
    case.order("overfit 20 images")
    assert case.left == 0
    with pytest.raises(ValueError, match="costs 1 point, and you have 0 points left: give a diagnosis"):
        case.order("dtype")
    assert case.left == 0
    assert case.order("gradient check").normal
    assert patient("fading").left == BUDGET


def test_a_wrong_diagnosis_costs_nothing_after_the_right_one_and_says_when_no_point_is_left():
    case = patient("fading")
    right = "Adam's correction lacks the power t"
    one, other, *_ = (choice for choice in case.choices if choice != right)
    case.order("gradient check")
    case.order("row sums")
    case.left = 1
    assert "order no new test" in repr(case.diagnose(one))
    case.left = 2
    case.diagnose(right)
    assert not case.diagnose(other).good
    assert case.left == 2


@pytest.mark.parametrize(
    "ask, says",
    [
        (lambda: patient("sea-saw"), "there is no patient 'sea-saw': did you mean 'see-saw'"),
        (lambda: patient(None), "the patient is NoneType: give its name"),
        (lambda: patient(""), "there is no patient ''"),
        (lambda: patient("fading").order("x-ray"), "there is no test 'x-ray'"),
        (lambda: patient("fading").order("gradient cheque"), "did you mean 'gradient check'"),
        (lambda: patient("fading").order(3), "the test is int"),
        (lambda: patient("fading").diagnose("flu"), "there is no diagnosis 'flu'"),
        (lambda: patient("fading").diagnose("pixels are not scaled"), "choose one of these"),
        (lambda: patient("fading").diagnose(["nothing is wrong"]), "the diagnosis is list"),
    ],
)
def test_an_unknown_name_is_refused_with_those_that_there_are(ask, says):
    with pytest.raises(ValueError) as raised:
        ask()
    assert says in str(raised.value)
    assert "There are " in str(raised.value) or "one of" in str(raised.value)


def _for_ever(da, z):
    while True:
        pass


@pytest.mark.parametrize(
    "function, outcome",
    [
        (lambda da, z: 1 / 0, "incorrect"),
        (lambda da, z: None, "incorrect"),
        (lambda: 3, "incorrect"),
        (lambda da, z: da[0], "incorrect"),
        (lambda da, z: "gate", "incorrect"),
        (lambda da, z: ..., "not attempted"),
        (None, "incorrect"),
        (..., "not attempted"),
        (_for_ever, "incorrect"),
    ],
)
@pytest.mark.usefixtures("soon")
def test_a_bad_repair_gets_a_verdict_and_never_an_exception(function, outcome):
    verdict = patient("hair-off").repair(function)
    assert verdict.outcome == outcome
    assert len(verdict.message) > 20
    assert verdict.before is None
    assert not record_of("hair-off")["cured"]
    assert "hair-off" not in repr(verdict)
    assert "<" in verdict._repr_mimebundle_()["text/html"]


def test_the_learners_own_function_from_the_workbook_is_a_repair_of_their_own(book):
    book.mkdir()
    (book / "adam_step.py").write_text(exercises()["adam_step"].solution)
    functions = mine.adam_step, exercises()["adam_step"].reference
    own, packages = map(patient("fading").repair, functions)
    assert (own.outcome, own.forwards) == ("passed", False)
    assert (packages.outcome, packages.forwards) == ("passed", True)


def test_a_repair_that_is_too_slow_to_train_with_is_measured_by_the_model(monkeypatch):
    monkeypatch.setattr(
        "mlpkit.clinic.engine.run_limited", lambda function, seconds: SimpleNamespace(status="time")
    )
    cure = patient("hair-off").repair(PATIENTS["hair-off"].exercise.reference)
    assert cure.outcome == "passed"
    assert "the model repair (your function is too slow for training)" in repr(cure)


def test_a_repair_that_breaks_in_training_is_not_called_slow():
    def only_small(da, z):
        if len(da) > 20:
            raise MemoryError
        return da * np.where(z > 0, 1.0, 0.01)

    assert "the model repair (in training your function raised MemoryError)" in repr(
        patient("hair-off").repair(only_small)
    )


def test_half_a_shuffle_is_none():
    def half(images, labels, rng):
        order = np.arange(len(labels))
        rng.shuffle(order[: len(order) // 2])
        return images[order], labels[order]

    verdict = patient("see-saw").repair(half)
    assert verdict.outcome == "incorrect"
    assert "Too many images did not move" in verdict.message


def test_the_solution_can_be_read_without_a_trace(book):
    said = repr(patient("stiff").solution())
    assert PATIENTS["stiff"].disease in said
    assert "constant-gradient bench or gradient check" in said
    assert not book.exists()
    assert "def add_decay" not in said
    patient("stiff").repair(PATIENTS["stiff"].sick)
    assert "return dweights + decay * weights, dbias" in repr(patient("stiff").solution())


def test_four_hints_and_no_more():
    case = patient("stiff")
    hints = [repr(case.hint()) for _ in range(5)]
    assert "Hint 1 of 4" in hints[0]
    assert "return dweights + ..." in hints[3]
    assert hints[3] == hints[4]
    assert "white-space" in case.menu()._repr_mimebundle_()["text/html"]


def test_blanks_are_not_attempted():
    case = patient("stiff")
    space = {}
    exec(case.stub, space)
    assert case.repair(space["add_decay"]).outcome == "not attempted"
    assert record_of("stiff")["repairs"] == 0


def test_reports_read_well():
    report = patient("too-good").order("loss at start")
    assert repr(report).splitlines()[0] == "✗ loss at start, 1 point; 5 points left"
    assert "OUT OF RANGE  loss ≈ 0.25" in repr(report)
    assert "OUT OF RANGE" in report._repr_mimebundle_()["text/html"]
    assert all(isinstance(finding, Finding) for finding in report.findings)
    assert isinstance(patient("too-good"), Case)
    assert "gradient check" in repr(patient("too-good").menu())


def _shuffle_by_index(images, labels, rng):
    index = np.arange(len(labels))
    rng.shuffle(index)
    return np.take(images, index, axis=0), np.array([labels[i] for i in index])


def _cut_by_loops(count, batch_size, epochs):
    cuts = []
    for _ in range(epochs):
        low = 0
        while low < count:
            high = low + batch_size if low + batch_size < count else count
            cuts.append([low, high])
            low = high
    return np.array(cuts)


def _whole_jacobian(dp, p):
    rows = []
    for d, q in zip(dp, p):
        rows.append((np.diag(q) - np.outer(q, q)) @ d)
    return np.stack(rows)


def _hidden_by_activation(z, da, mask, keep):
    a = np.where(z > 0, z, 0) * mask / keep
    return a, np.where(a > 0, da / keep, 0)


def _walk_in_two_passes(layers, entered, dz, learning_rate):
    grads = []
    for k in range(len(layers) - 1, -1, -1):
        grads.append((np.einsum("bi,bo->io", entered[k], dz), dz.sum(0)))
        dz = (dz @ np.asarray(layers[k][0]).T) * np.sign(entered[k])
    return [
        (w - learning_rate * dw, b - learning_rate * db) for (w, b), (dw, db) in zip(layers, reversed(grads))
    ]


@pytest.mark.parametrize(
    "name, functions",
    [
        (
            "shuffle",
            [
                _shuffle_by_index,
                lambda x, y, rng: (lambda o: (x[o], y[o]))(np.argsort(rng.random(len(y)))),
            ],
        ),
        (
            "cut",
            [
                _cut_by_loops,
                lambda n, s, e: np.array([(i, min(i + s, n)) for _ in range(e) for i in range(0, n, s)]),
            ],
        ),
        (
            "leaky_backward",
            [
                lambda da, z: np.where(z > 0, da, 0.01 * da),
                lambda da, z: da * ((z >= 0) + 0.01 * (z < 0)),
            ],
        ),
        (
            "layer_grads",
            [
                lambda e, x: (np.einsum("bi,bo->io", x, e) / x.shape[0], e.sum(axis=0) / len(x)),
                lambda e, x: [np.mean([np.outer(a, b) for a, b in zip(x, e)], axis=0), np.mean(e, 0)],
            ],
        ),
        (
            "add_decay",
            [lambda dw, db, w, b, d: (d * w + dw, db * 1.0), lambda dw, db, w, b, d: [dw + w * d, db]],
        ),
        (
            "softmax_backward",
            [_whole_jacobian, lambda d, p: d * p - p * np.einsum("bk,bk->b", d, p)[:, None]],
        ),
        ("hidden_layer", [_hidden_by_activation]),
        ("walk_back", [_walk_in_two_passes]),
    ],
)
def test_a_right_repair_in_another_style_passes(name, functions):
    for function in functions:
        verdict = check_against(OWN[name], function)
        assert verdict.outcome == "passed", verdict


def test_the_clinic_needs_no_matplotlib_until_something_is_drawn():
    code = (
        "import sys; from mlpkit.clinic import patient; case = patient('too-good'); repr(case.symptoms()); "
        "case.order('loss at start'); print({'matplotlib', 'IPython', 'anywidget'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_a_program_without_hidden_units_passes_the_whole_menu():
    for name in MENU:
        assert all(f.normal for f in tests_on_offer.order(name, Program(sizes=(784, 10)))), name
