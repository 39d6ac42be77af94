"""What a function does besides answering: it is kept out, put back, named, and never helps another one."""

import builtins
import gc
import os
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from mlpkit import _files
from mlpkit.core import losses
from mlpkit.exercises import check, mine
from mlpkit.exercises.catalog import exercises
from mlpkit.exercises.checker import answers


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def arrays_in(value):
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from arrays_in(part)


@pytest.mark.parametrize("name", exercises())
def test_the_arrays_of_all_cases_are_read_only(name):
    found = [array for case in exercises()[name].cases for array in arrays_in(case.args)]
    assert not any(array.flags.writeable for array in found)


def _zeroes_its_input(logits):
    logits[...] = 0
    return softmax(logits)


def _patches(name, what):
    def function(logits):
        setattr(np, name, what)
        return logits

    return function


@pytest.mark.parametrize(
    "hostile",
    [
        _zeroes_its_input,
        _patches("abs", lambda x: 0 * x),
        _patches("asarray", None),
        _patches("isfinite", None),
    ],
)
def test_a_hostile_function_changes_no_later_check(hostile):
    assert check("softmax", hostile).outcome == "incorrect"
    assert check("softmax", softmax).outcome == "passed"
    assert check("softmax", lambda z: 2 * softmax(z)).outcome == "incorrect"
    assert check("log_softmax", lambda z: z).outcome == "incorrect"


def _replaces_max(logits):
    builtins.max = min
    return softmax(logits)


def _deletes_abs(logits):
    del np.abs
    return softmax(logits)


def _closes_the_output(logits):
    sys.stdout.close()
    return softmax(logits)


def _goes_elsewhere(logits):
    os.chdir(os.sep)
    return softmax(logits)


def _sets_a_variable(logits):
    os.environ["MLPKIT_TEST_LEFT"] = "1"
    os.environ.pop("PATH", None)
    return softmax(logits)


@pytest.mark.parametrize(
    ("function", "outcome", "named"),
    [
        (_patches("abs", lambda x: 0 * x), "incorrect", "`np.abs`"),
        (_replaces_max, "incorrect", "`max`"),
        (_deletes_abs, "incorrect", "`np.abs`"),
        (_goes_elsewhere, "passed", "the working folder"),
        (_sets_a_variable, "passed", "the environment"),
    ],
)
def test_what_is_changed_for_everybody_is_put_back_and_named(function, outcome, named):
    before = np.abs, max, os.getcwd(), dict(os.environ)
    result = check("softmax", function)
    assert (np.abs, max, os.getcwd(), dict(os.environ)) == before
    assert result.outcome == outcome
    assert named in result.notes[0]
    assert "restart the kernel" in result.notes[0]


def _sets(place, name, value):
    def function(logits):
        place[name] = value
        return softmax(logits)

    return function


def _does(act, *args):
    def function(logits):
        act(*args)
        return softmax(logits)

    return function


@pytest.mark.parametrize(
    ("function", "outcome", "named", "look"),
    [
        (_sets(sys.modules, "json", None), "incorrect", "sys.modules['json']", lambda: sys.modules["json"]),
        (
            _sets(vars(losses), "softmax", None),
            "incorrect",
            "mlpkit.core.losses.softmax",
            lambda: losses.softmax,
        ),
        (
            _does(setattr, losses.softmax, "__code__", (lambda logits: logits).__code__),
            "incorrect",
            "mlpkit.core.losses.softmax",
            lambda: losses.softmax.__code__,
        ),
        (
            _does(object.__setattr__, exercises()["relu"], "cases", ()),
            "incorrect",
            "relu.cases",
            lambda: exercises()["relu"].cases,
        ),
        (_sets(vars(answers), "close", np.allclose), "incorrect", "answers.close", lambda: answers.close),
        (_sets(vars(time), "monotonic", float), "incorrect", "time.monotonic", lambda: time.monotonic),
        (_sets(vars(os), "replace", print), "incorrect", "os.replace", lambda: os.replace),
        (_sets(vars(np.fft), "fft", None), "incorrect", "np.fft.fft", lambda: np.fft.fft),
        (_does(gc.disable), "passed", "gc", gc.isenabled),
        (_does(sys.path.clear), "passed", "sys.path", lambda: list(sys.path)),
        (_does(sys.setswitchinterval, 1.0), "passed", "sys.setswitchinterval", sys.getswitchinterval),
        (_sets(vars(sys), "excepthook", None), "passed", "sys.excepthook", lambda: sys.excepthook),
        (_sets(vars(sys), "displayhook", None), "passed", "sys.displayhook", lambda: sys.displayhook),
        (_does(threading.settrace, print), "passed", "threading.settrace", threading.gettrace),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_else_holds_for_the_whole_notebook_is_put_back_and_named(function, outcome, named, look):
    before = look()
    result = check("softmax", function)
    assert look() == before
    assert result.outcome == outcome
    assert named in result.notes[0]
    assert check("softmax", softmax).outcome == "passed"


@pytest.mark.parametrize("act", [lambda: exercises().clear(), lambda: exercises().pop("relu")])
def test_no_function_can_change_the_catalogue(act):
    assert "AttributeError" in check("softmax", lambda logits: act()).message
    assert check("relu", lambda z: np.maximum(z, 0)).outcome == "passed"
    with pytest.raises(TypeError):
        exercises()["relu"] = exercises()["softmax"]


def test_the_rights_of_new_files_are_put_back():
    before = os.umask(0o022)
    try:
        notes = check("softmax", _does(os.umask, 0o777)).notes
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert "`os.umask`" in notes[0]


class Endless(threading.Thread):
    """A thread of a library, such as the one that a progress bar keeps."""


@pytest.mark.parametrize(("kind", "named"), [(threading.Thread, True), (Endless, False)])
def test_a_thread_that_is_left_running_is_named(kind, named):
    enough = threading.Event()

    def starts(logits):
        kind(target=enough.wait, args=(60,), name="mine", daemon=True).start()
        return softmax(logits)

    before = threading.Thread.start
    result = check("softmax", starts)
    assert threading.Thread.start is before
    assert result.outcome == "passed"
    assert ["`mine`" in note and "restart the kernel" in note for note in result.notes] == [True] * named
    assert check("softmax", softmax).notes == ()  # the thread of an earlier answer is not told again
    enough.set()


def test_a_thread_that_has_ended_and_one_of_another_cell_are_not_named():
    def starts(logits):
        thread = threading.Thread(target=softmax, args=(logits,))
        thread.start()
        thread.join()
        threading.Thread(target=time.sleep, args=(0.001,)).start()  # it ends by itself
        other.set()
        return softmax(logits)

    def elsewhere():
        other.wait(60)
        threading.Thread(target=enough.wait, args=(60,), daemon=True).start()

    other, enough = threading.Event(), threading.Event()
    cell = threading.Thread(target=elsewhere)
    cell.start()
    assert check("softmax", starts).notes == ()
    cell.join()
    enough.set()


def test_a_tidy_function_gets_no_note():
    assert check("softmax", softmax).notes == ()


def test_the_output_stays_open(capsys):
    assert check("softmax", _closes_the_output).outcome == "passed"
    print("still here")
    assert "still here" in capsys.readouterr().out


def test_a_closed_output_of_the_process_is_named():
    code = """
        import sys
        from mlpkit.exercises import check
        def function(logits):
            sys.__stderr__.close()
            return logits
        print("sys.__stderr__" in check("softmax", function).notes[0])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert done.stdout.strip() == "True"


def _asks(logits):
    input("how many? ")
    return softmax(logits)


def _stops_for_a_debugger(logits):
    breakpoint()  # noqa: T100
    return softmax(logits)


def _stops_for_pdb(logits):
    import pdb  # noqa: T100

    pdb.set_trace()  # noqa: T100
    return softmax(logits)


@pytest.mark.parametrize("function", [_asks, _stops_for_a_debugger, _stops_for_pdb])
def test_a_function_that_waits_for_the_keyboard_is_refused_in_one_sentence(function, monkeypatch):
    monkeypatch.setattr(builtins, "input", lambda *a: pytest.fail("somebody was asked"))
    monkeypatch.setattr(sys, "breakpointhook", lambda *a: pytest.fail("a debugger was started"))
    result = check("softmax", function)
    assert result.outcome == "incorrect"
    assert "cannot type anything" in result.message
    assert result.message.count(". ") == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
@pytest.mark.parametrize(
    "fill",
    ["np.ones((10**6, 10**5))", "[np.ones(10**6) for _ in range(10**6)]", "list(range(10**10))"],
)
def test_a_function_that_fills_the_memory_is_stopped_and_the_next_check_works(fill):
    code = f"""
        import resource
        import numpy as np
        from mlpkit.exercises import check
        before = resource.getrlimit(resource.RLIMIT_AS)
        print(check("softmax", lambda z: {fill}).message)
        print(check("relu", lambda z: np.maximum(z, 0)).outcome)
        print(resource.getrlimit(resource.RLIMIT_AS) == before)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 3 * 2**20)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    message, *rest = done.stdout.splitlines()
    assert "MemoryError" in message
    assert rest == ["passed", "True", "True"], done.stderr


def test_a_progress_bar_is_shown_in_its_last_state():
    def bar(logits):
        for part in range(3):
            print(f"\rdone: {part + 1} of 3", end="", file=sys.stderr)
        return softmax(logits)

    assert check("softmax", bar).printed == "done: 3 of 3"


def test_what_mlpkit_says_of_its_own_is_not_told_as_printed_by_the_function(tmp_path, monkeypatch, capsys):
    def hands_over(logits):
        print("mine")
        return mine.softmax(logits)

    monkeypatch.delenv("MLPKIT_WORKBOOK", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_files, "_told", set())
    result = check("softmax", hands_over)
    assert result.printed.strip() == "mine"
    assert "Your workbook is" in capsys.readouterr().out
