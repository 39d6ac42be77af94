"""The side door of a widget in a browser tab, with a stand-in for what Pyodide offers there."""

import gc
import sys
import types

import pytest

from mlpkit.widgets import side_door


class Channel:
    """A BroadcastChannel, as far as Python uses it."""

    def __init__(self, name):
        self.name, self.open, self.onmessage = name, True, None

    def close(self):
        self.open = False


class Proxy:
    """What create_proxy gives."""

    def __init__(self, function):
        self.function, self.alive = function, True

    def destroy(self):
        self.alive = False


class Asked:
    """Something that can be asked, as a widget is."""

    def __init__(self):
        self.heard = []


@pytest.fixture
def channels(monkeypatch):
    made = []

    def new(name):
        made.append(Channel(name))
        return made[-1]

    ffi = types.SimpleNamespace(create_proxy=Proxy)
    monkeypatch.setattr(side_door, "IN_BROWSER", True)
    monkeypatch.setitem(
        sys.modules, "js", types.SimpleNamespace(BroadcastChannel=types.SimpleNamespace(new=new))
    )
    monkeypatch.setitem(sys.modules, "pyodide", types.SimpleNamespace(ffi=ffi))
    monkeypatch.setitem(sys.modules, "pyodide.ffi", ffi)
    return made


def test_outside_a_tab_there_is_none():
    assert side_door.open_door(Asked(), lambda asked, content: None) is None


def test_a_message_reaches_its_widget_alone(channels):
    first, second = Asked(), Asked()
    names = [
        side_door.open_door(one, lambda asked, content: asked.heard.append(content))
        for one in (first, second)
    ]
    assert names == [channel.name for channel in channels]
    assert len(set(names)) == 2
    event = types.SimpleNamespace(data=types.SimpleNamespace(to_py=lambda: {"do": "pause"}))
    channels[1].onmessage.function(event)
    assert (first.heard, second.heard) == ([], [{"do": "pause"}])


def test_the_channel_goes_with_the_widget(channels):
    asked = Asked()
    side_door.open_door(asked, lambda asked, content: None)
    (channel,) = channels
    heard = channel.onmessage
    del asked
    gc.collect()
    assert not channel.open
    assert not heard.alive
