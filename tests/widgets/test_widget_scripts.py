"""The pure functions of the widgets' scripts, tested by node where it is installed."""

import os
import shutil
import subprocess

import pytest

from tests.widget_page import NODE_FOLDER


def test_scripts_by_node():
    node = shutil.which("node")
    if node is None:
        message = "node is not installed; Debian and Ubuntu: apt-get install nodejs"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    tests = sorted(path.name for path in NODE_FOLDER.glob("*.test.mjs"))
    done = subprocess.run(
        [node, "--test", *tests], cwd=NODE_FOLDER, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "# fail 0" in done.stdout or "fail 0" in done.stdout
