"""Fresh environments, and commands run in them as somebody without a checkout would."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
import venv

from tests.notebooks import ROOT


def run(*command, folder, seconds=900, only=None, status=0, **environment):
    """Run a command somewhere else; its output, or a failure that shows it.

    `only` is the whole environment, without it this one is passed on, with `environment` added.
    """
    cleared = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**(cleared if only is None else only), "PYTHONIOENCODING": "utf-8", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if status == 0 else subprocess.STDOUT,
        encoding="utf-8",
        timeout=seconds,
    )
    assert done.returncode == status, f"{command}\n{done.stdout[-6000:]}\n{(done.stderr or '')[-6000:]}"
    return done.stdout


def fresh_environment(folder):
    """A new virtual environment; returns the folder of its commands."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if sys.platform == "win32" else "bin")


def names_that_count(*folders):
    """The files that git does not ignore."""
    return run("git", "ls-files", "--cached", "--others", "--exclude-standard", *folders, folder=ROOT).split(
        "\n"
    )[:-1]


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as case:
        case.bind(("127.0.0.1", 0))
        return case.getsockname()[1]


def fetch(address, server, seconds=60):
    """What is at an address, as soon as the server answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=20) as page:
                return page.read()
        except OSError:
            assert server.poll() is None, "the server has ended"
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.3)
