"""A kernel alone, without a page: a deck's buttons are heard while a cell waits for its end."""

import os
import subprocess
import sys

import pytest
from jupyter_client.manager import start_new_kernel

from tests.notebooks import ROOT

# longer than anybody waits: without its button the cell never ends
DECK = """
import numpy as np, mlpkit
from mlpkit.widgets import TrainingDeck
few = mlpkit.Examples(np.zeros((640, 784), np.float32), np.arange(640) % 10)
deck = TrainingDeck(few, epochs=10_000_000)
print(deck.model_id)
"""
WAIT = "print('begins', flush=True); await deck.finished(); print(deck.status)"


class Kernel:
    """A kernel, and what it prints; messages go the way that VS Code or Colab sends them."""

    def __init__(self, **environment):
        self.manager, self.client = start_new_kernel(env={**os.environ, **environment})

    def until(self, message, text=None):
        """What a cell prints until it has printed a text, or has ended."""
        told = ""
        while text is None or text not in told:
            answer = self.client.get_iopub_msg(timeout=60)
            if answer["parent_header"].get("msg_id") == message:
                told += answer["content"].get("text", "") + answer["content"].get("evalue", "")
                if answer["content"].get("execution_state") == "idle":
                    break
        return told

    def say(self, model, data):
        """Send what a page sends."""
        session = self.client.session
        self.client.shell_channel.send(session.msg("comm_msg", {"comm_id": model, "data": data}))

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def check_that_it_hears(**environment):
    """The button is heard at once; a cell that was sent earlier still comes after the one that waits."""
    kernel = Kernel(**environment)
    try:
        model = kernel.until(kernel.client.execute(DECK)).split()[-1]
        for _ in range(2):
            waiting = kernel.client.execute(WAIT)
            assert kernel.until(waiting, "begins") == "begins\n"
            after = kernel.client.execute("print('after', deck.status)")
            kernel.say(model, {"method": "custom", "content": {"do": "stop", "value": None}})
            assert kernel.until(waiting) == "stopped\n"
            assert kernel.until(after) == "after stopped\n"
            kernel.until(kernel.client.execute("deck.reset()"))
    finally:
        kernel.close()


def installed(version, folder):
    """The environment of a kernel with another ipykernel."""
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder)]
    subprocess.run([*install, f"ipykernel=={version}"], check=True, timeout=300)
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


@pytest.mark.clock
def test_a_button_is_heard_while_a_cell_waits():
    check_that_it_hears()


@pytest.mark.oldest
def test_with_ipykernel_6_a_button_is_heard_that_came_a_moment_too_early(tmp_path):
    """The page of a deck says that it is there while the next cell begins."""
    kernel = Kernel(**installed("6.29.5", tmp_path))
    try:
        model = kernel.until(kernel.client.execute(DECK)).split()[-1]
        waiting = kernel.client.execute(f"import time; time.sleep(2); {WAIT}; print(deck._session.run.name)")
        kernel.say(model, {"method": "custom", "content": {"do": "rename", "value": [1, "early"]}})
        kernel.say(model, {"method": "custom", "content": {"do": "start", "value": None}})
        kernel.until(waiting, "begins")
        kernel.say(model, {"method": "custom", "content": {"do": "stop", "value": None}})
        assert kernel.until(waiting) == "stopped\nearly\n"
    finally:
        kernel.close()


@pytest.mark.oldest
@pytest.mark.parametrize("version", ["6.29.5", "6.30.1", "7.0.1", "7.1.0", "7.3.0"])
def test_it_is_heard_with_every_ipykernel(version, tmp_path):
    check_that_it_hears(**installed(version, tmp_path))
