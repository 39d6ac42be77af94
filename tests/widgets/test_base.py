"""The base of the widgets without a browser: what is sent, who may ask, when one gives way."""

import asyncio
import subprocess
import sys
import threading
from types import SimpleNamespace

import anywidget
import numpy as np
import pytest

import mlpkit
from mlpkit.widgets import base
from mlpkit.widgets.base import Widget, encode


class Counter(Widget):
    actions = ("add",)
    _esm = "export default {}"

    def __init__(self, start=0):
        self.value, self.thread = start, None
        super().__init__()

    def pack(self):
        return {"title": "Counter", "value": np.array([self.value])}

    def describe(self):
        return f"Counter at {self.value}."

    def on_add(self, value):
        self.thread = threading.current_thread()
        self.value += int(value)
        self.tell(value=self.value)


@pytest.fixture
def counter(monkeypatch):
    widget = Counter()
    widget.told = []
    monkeypatch.setattr(widget, "send", lambda content, buffers=None: widget.told.append(content))
    return widget


def test_arrays_travel_as_buffers_and_what_is_not_finite_as_nothing():
    content, buffers = encode(
        {"a": np.arange(4.0).reshape(2, 2), "b": [np.uint8([7]), np.nan, (1, "<b>")], "c": None}
    )
    assert content["a"] == {"$array": 0, "dtype": "float32", "shape": [2, 2]}
    assert np.frombuffer(buffers[0], np.float32).tolist() == [0, 1, 2, 3]
    assert content["b"][1:] == [None, [1, "<b>"]]
    assert buffers[1] == b"\x07"
    assert encode({"n": np.int64(3), "x": np.float32(0.5), "z": np.array(2.0)})[0] == {
        "n": 3,
        "x": 0.5,
        "z": 2.0,
    }
    assert encode(np.array([True, False]))[0]["dtype"] == "uint8"
    assert encode(np.array([-1], np.int64))[0]["dtype"] == "int32"


@pytest.mark.parametrize("value", [object(), {"a": {1, 2}}, np.array(["text"])])
def test_what_cannot_be_sent_is_refused_in_words(value):
    with pytest.raises(TypeError, match="cannot be sent to the browser"):
        encode(value)


def test_the_state_is_packed_when_it_is_asked_for(counter):
    counter.value = 41
    assert counter.get_state("_packed")["_packed"]["buffers"] == [np.array([41], np.int32).tobytes()]
    assert counter._packed is None  # nothing is kept twice


def test_the_browser_may_ask_for_actions_and_nothing_else(counter):
    counter._handle_custom_msg({"do": "add", "value": 2}, [])
    counter._handle_custom_msg({"do": "close", "value": None}, [])
    counter._handle_custom_msg({"do": "pack"}, [])
    counter._handle_custom_msg("add", [])
    assert counter.value == 2
    assert counter.told == [{"value": 2}]


def test_an_answer_says_what_it_answers_and_news_do_not(counter):
    counter._handle_custom_msg({"do": "add", "value": 2, "number": ["page", 7]}, [])
    counter.tell(value=9)
    assert counter.told == [{"value": 2, "answers": ["page", 7]}, {"value": 9}]


def test_a_failing_action_is_told_in_the_widget_and_forgotten_after_the_next(counter):
    counter._handle_custom_msg({"do": "add", "value": "<i>x</i>"}, [])
    assert "invalid literal" in counter.told[-1]["problem"]
    counter._handle_custom_msg({"do": "add", "value": 1}, [])
    assert counter.told[-1] == {"problem": ""}


def test_an_action_from_another_thread_runs_in_the_main_one():
    async def scene():
        counter = Counter()
        asking = threading.Thread(target=counter._receive, args=({"do": "add", "value": 5}, []))
        asking.start()
        asking.join()
        await asyncio.sleep(0.01)
        return counter

    counter = asyncio.run(scene())
    assert counter.value == 5
    assert counter.thread is threading.main_thread()


def test_watching_is_counted_by_page(counter):
    assert not counter.watched
    for page in "ab":
        counter._handle_custom_msg({"do": "watch", "value": {"page": page, "on": True}}, [])
    counter._handle_custom_msg({"do": "watch", "value": {"page": "a", "on": False}}, [])
    assert counter.watched
    counter._handle_custom_msg({"do": "watch", "value": {"page": "b", "on": False}}, [])
    assert not counter.watched


def run_of(cell, number):
    message = {"metadata": {"cellId": cell}, "header": {"msg_id": number}, "content": {"code": ""}}
    return SimpleNamespace(get_parent=lambda: message)


def test_a_cell_run_again_replaces_its_widget_and_no_other(monkeypatch):
    import IPython

    def made_by(cell, number):
        monkeypatch.setattr(IPython, "get_ipython", lambda: run_of(cell, number))
        return Counter()

    first, twin = made_by("one", "1"), made_by("one", "1")
    other = made_by("two", "2")
    again = made_by("one", "3")
    assert [w.comm is None for w in (first, twin, other, again)] == [True, True, False, False]
    assert [w.layout.comm is None for w in (first, twin, other, again)] == [True, True, False, False]


def test_outside_a_notebook_widgets_do_not_replace_each_other():
    first, second = Counter(), Counter()
    assert base._cell() is None
    assert None not in (first.comm, second.comm)


def test_a_closed_widget_is_quiet(counter):
    counter.close()
    counter.tell(value=1)
    assert counter.told == []


def test_the_bundle_holds_view_and_sentence(counter):
    data, _ = counter._repr_mimebundle_()
    assert data["text/plain"] == "Counter at 0."
    assert data[base.VIEW_TYPE]["model_id"] == counter.model_id


def test_a_widget_is_shown_when_what_draws_does_not_come(counter, monkeypatch):
    def figure(self):
        raise OSError("matplotlib.whl does not answer")

    monkeypatch.setattr(Counter, "figure", figure)
    data, metadata = counter._repr_mimebundle_()
    assert data[base.VIEW_TYPE]["model_id"] == counter.model_id
    assert "image/png" not in data | metadata


def test_a_widget_is_three_files_with_what_all_share_before_them():
    for stem in ("prediction_gallery",):
        for kind in ("js", "css"):
            assert base.source(stem, kind).startswith((base.FOLDER / f"common.{kind}").read_text("utf-8"))


def scripts():
    return sorted((*base.FOLDER.rglob("*.js"), *base.FOLDER.rglob("*.css")))


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.relative_to(base.FOLDER).as_posix())
def test_scripts_evaluate_nothing_and_fetch_nothing(path):
    text = path.read_text("utf-8")
    words = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch(")
    more = (
        "XMLHttpRequest",
        "WebSocket",
        "import(",
        "http:",
        "https:",
        "@import",
        "url(",
        "setHTML",
        "sendBeacon",
    )
    assert [word for word in (*words, *more) if word in text] == []


def test_importing_the_widgets_folder_loads_none_of_them():
    code = "import sys, mlpkit.widgets; sys.exit(any(m in sys.modules for m in ('anywidget', 'matplotlib')))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


MEANT = {"close", "_esm", "_css", "_repr_mimebundle_", "_ipython_display_"}
MADE_BY_TRAITLETS = {"_descriptors", "_instance_inits", "_traits", "_static_immutable_initial_values"}
MADE_BY_TRAITLETS |= {"_all_trait_default_generators", "_trait_default_generators", "_cls_init"}


@pytest.mark.parametrize("name", mlpkit.widgets.__all__)
def test_no_widget_takes_a_name_that_anywidget_uses(name):
    """A method called `_send`, for one, would quietly replace the one that ipywidgets sends with."""
    widget = getattr(mlpkit.widgets, name)
    theirs = set(dir(anywidget.AnyWidget)) - MEANT - MADE_BY_TRAITLETS
    ours = {n for c in widget.__mro__ if c.__module__.startswith("mlpkit.") for n in vars(c)}
    assert sorted(n for n in ours & theirs if not n.startswith("__")) == []
