"""A learner on a JupyterHub, without a browser: pulls the lessons, opens one, runs it, saves it.

Everything goes the way that JupyterLab takes: the server's own addresses, and a websocket to the kernel.
"""

import json
import uuid
from pathlib import Path
from urllib.parse import quote, urlencode

import nbformat
import requests
import websocket

from tools.hub import PATIENCE, Hub

TARGET = "mlpkit/lessons"  # where the lessons are in a learner's home


def link(repository: str) -> str:
    """What stands after the question mark in the link of docs/class.md."""
    asked = {"repo": repository, "branch": "main", "targetpath": "mlpkit"}
    return urlencode({**asked, "urlpath": f"lab/tree/{TARGET}/00_start_here.ipynb"})


class Learner:
    """Somebody with a name and a password, and a server of their own."""

    def __init__(self, hub: Hub, name: str):
        self.hub, self.name, self.home = hub, name, hub.homes / name
        self.web = requests.Session()
        self.token = self._sign_in()
        self.browser = requests.Session()
        self.browser.cookies.update(self.web.cookies)
        self.web.cookies.clear()
        self.web.headers["Authorization"] = f"token {self.token}"

    def _sign_in(self) -> str:
        """Fill in the form, then ask for a token with the same password."""
        page = f"{self.hub.address}/hub/login"
        self.web.get(page, timeout=60)
        who = {"username": self.name, "password": self.hub.password}
        form = {**who, "_xsrf": self.web.cookies.get("_xsrf")}
        told = self.web.post(page, data=form, allow_redirects=False, timeout=60)
        if told.status_code != 302:
            raise PermissionError(f"{self.name} cannot sign in: {told.status_code}")
        address = f"{self.hub.address}/hub/api/users/{self.name}/tokens"
        found = requests.post(address, json={"auth": who}, timeout=60)
        found.raise_for_status()
        return found.json()["token"]

    def start(self) -> None:
        """Start the server and wait for it."""
        user = f"{self.hub.address}/hub/api/users/{self.name}"
        self.web.post(f"{user}/server", timeout=PATIENCE).raise_for_status()
        servers = lambda: self.web.get(user, timeout=60).json()["servers"]  # noqa: E731
        self.hub.wait(lambda: servers().get("", {}).get("ready"))

    def ask(self, method: str, path: str, **more) -> requests.Response:
        """One request to the learner's own server."""
        return self.web.request(method, self.url(path), timeout=PATIENCE, **more)

    def url(self, path: str) -> str:
        """The address of something on the learner's own server."""
        return f"{self.hub.address}/user/{self.name}/{path}"

    def pull(self, repository: Path) -> str:
        """Press the link, and do what its page does; what git said."""
        pressed = f"{self.hub.address}/hub/user-redirect/git-pull?{link(f'file://{repository}')}"
        page = self.browser.get(pressed, timeout=PATIENCE)  # by way of the hub, which knows who it is
        page.raise_for_status()
        told = self.ask("GET", f"git-pull/api?{page.url.partition('?')[2]}").text
        phases = [json.loads(line[6:]) for line in told.splitlines() if line.startswith("data: ")]
        if not phases or phases[-1]["phase"] != "finished":
            raise RuntimeError(told[-3000:])
        return "".join(phase.get("output", "") for phase in phases)

    def read(self, lesson: str) -> nbformat.NotebookNode:
        """Open a lesson."""
        found = self.ask("GET", f"api/contents/{quote(f'{TARGET}/{lesson}')}?type=notebook")
        found.raise_for_status()
        return nbformat.from_dict(found.json()["content"])

    def save(self, lesson: str, notebook: nbformat.NotebookNode) -> None:
        """Save a lesson."""
        sent = {"type": "notebook", "format": "json", "content": notebook}
        self.ask("PUT", f"api/contents/{quote(f'{TARGET}/{lesson}')}", json=sent).raise_for_status()

    def kernel(self, lesson: str) -> "Kernel":
        """Start the kernel of a lesson, as opening it in JupyterLab does."""
        sent = {
            "path": f"{TARGET}/{lesson}",
            "name": lesson,
            "type": "notebook",
            "kernel": {"name": "python3"},
        }
        found = self.ask("POST", "api/sessions", json=sent)
        found.raise_for_status()
        return Kernel(self, found.json()["kernel"]["id"])


class Kernel:
    """A running kernel, over the same websocket that JupyterLab opens."""

    def __init__(self, learner: Learner, name: str):
        self.learner, self.name, self.session = learner, name, uuid.uuid4().hex
        address = learner.url(f"api/kernels/{name}/channels?session_id={self.session}")
        self.socket = websocket.create_connection(
            address.replace("http", "ws", 1),
            header=[f"Authorization: token {learner.token}"],
            timeout=PATIENCE,
        )

    def run(self, cell: nbformat.NotebookNode) -> None:
        """Run a code cell, put its outputs into it, and raise when it fails."""
        asked = uuid.uuid4().hex
        header = {"msg_id": asked, "msg_type": "execute_request", "session": self.session, "username": ""}
        header |= {"version": "5.3", "date": "2000-01-01T00:00:00Z"}
        content = {"code": cell.source, "silent": False, "store_history": True, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self.socket.send(json.dumps({**message, "channel": "shell", "buffers": []}))
        cell.outputs, ended = [], set()
        while ended != {"idle", "execute_reply"}:
            self._listen(asked, cell, ended)
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if errors:
            raise AssertionError(f"{errors[0].ename}: {errors[0].evalue}\nin\n{cell.source}")

    def _listen(self, asked: str, cell: nbformat.NotebookNode, ended: set) -> None:
        frame = self.socket.recv()
        if isinstance(frame, bytes):  # a widget's rows: nobody looks at them here
            return
        said = json.loads(frame)
        kind, content = said["header"]["msg_type"], said["content"]
        if said["parent_header"].get("msg_id") != asked:
            return
        if kind in ("stream", "display_data", "execute_result", "error"):
            cell.outputs.append(nbformat.v4.output_from_msg(said))
        elif kind == "execute_reply":
            cell.execution_count = content.get("execution_count")
            ended.add(kind)
        elif kind == "status" and content["execution_state"] == "idle":
            ended.add("idle")

    def run_all(self, notebook: nbformat.NotebookNode) -> None:
        """Run every code cell in order."""
        for cell in notebook.cells:
            if cell.cell_type == "code":
                self.run(cell)

    def stop(self) -> None:
        """Shut the kernel down."""
        self.socket.close()
        self.learner.ask("DELETE", f"api/kernels/{self.name}").raise_for_status()
