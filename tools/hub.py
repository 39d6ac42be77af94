"""A JupyterHub on this machine, set up as classroom/mlpkit_hub.py says, with a repository of lessons to pull.

It listens on loopback alone, and ends with everything that it has started.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).resolve().parent.parent
PROXY = "configurable-http-proxy@5.3.0"
PATIENCE = 120  # seconds for a server to start on a crowded machine
ADDRESS = "http://127.0.0.1:{}"
CONFIG = """
c = get_config()
load_subconfig({config})
environment = c.Spawner.environment.get_value({{}})
c.Spawner.environment = {{n: value.replace("/srv/mlpkit", {shared}) for n, value in environment.items()}}
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password}
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes}
c.Spawner.args = {arguments}
c.Spawner.start_timeout = c.Spawner.http_timeout = {patience}
c.JupyterHub.bind_url = {address}
c.JupyterHub.hub_bind_url = {hub}
c.ConfigurableHTTPProxy.api_url = {api}
c.ConfigurableHTTPProxy.command = {proxy}
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
"""


def find_proxy(folder: Path) -> list[str]:
    """The command of configurable-http-proxy; npm installs it into a folder if it is not here."""
    if found := shutil.which("configurable-http-proxy"):
        return [found]
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("there is no npm; Debian, Ubuntu: apt-get install nodejs npm")
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([npm, "install", *quiet, "--prefix", folder, PROXY], check=True)
    script = folder / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
    return [shutil.which("node"), str(script)]


def lessons_repository(folder: Path) -> Path:
    """A bare git repository that holds the lessons as they are now, and what git is told about them."""
    source, bare = folder / "source", folder / "lessons.git"
    shutil.copytree(ROOT / "lessons", source / "lessons", ignore=shutil.ignore_patterns("my_mlpkit", ".*"))
    for name in (".gitattributes", ".gitignore"):
        shutil.copy(ROOT / name, source / name)
    git(source, "init", "--quiet", "--initial-branch=main")
    commit(source, "The lessons")
    git(folder, "clone", "--quiet", "--bare", source, bare)
    git(source, "remote", "add", "origin", bare)
    return bare


def shared_folder(folder: Path) -> Path:
    """What classroom/install.sh lays down for all learners: the images, and settings for JupyterLab."""
    command = [sys.executable, "-m", "mlpkit", "data"]
    environment = {**os.environ, "MLPKIT_CACHE": str(folder / "data")}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(ROOT / "mlpkit" / "app" / "lab_settings", folder / "lab_settings")
    return folder


def git(folder: Path, *words) -> str:
    """Run git as nobody in particular."""
    who = ["-c", "user.name=teacher", "-c", "user.email=teacher@example.org"]
    command = ["git", *who, *map(str, words)]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path, message: str) -> None:
    """Commit all that is in a folder."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


class Hub:
    """JupyterHub, its proxy, and all that they start; everything ends with `stop`."""

    def __init__(self, folder: Path, shared: Path, proxy: list[str]):
        self.folder, self.password = folder, secrets.token_hex(8)
        self.homes = folder / "homes"
        self.homes.mkdir(parents=True)
        public, hub, api = free_ports(3)
        self.address = ADDRESS.format(public)
        settings = {
            "shared": str(shared),
            "config": str(ROOT / "classroom" / "mlpkit_hub.py"),
            "password": self.password,
            "homes": f"{self.homes}/{{username}}",
            "arguments": ["--allow-root"],  # a test may run as root
            "patience": PATIENCE,
            "address": self.address,
            "hub": ADDRESS.format(hub),
            "api": ADDRESS.format(api),
            "proxy": proxy,
        }
        config = folder / "jupyterhub_config.py"
        config.write_text(CONFIG.format(**{name: repr(value) for name, value in settings.items()}))
        command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
        environment = self._environment()
        with open(folder / "hub.log", "wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        self.wait(lambda: requests.get(f"{self.address}/hub/api/", timeout=5).ok)

    def _environment(self) -> dict[str, str]:
        inherited = ("LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE")
        return {
            **{name: os.environ[name] for name in inherited if name in os.environ},
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(self.folder),
            "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32),
        }

    def wait(self, ready, seconds: float = PATIENCE) -> None:
        """Ask again and again until something is so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if ready():
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.2)
        raise RuntimeError("the hub is not ready:\n" + self.log())

    def log(self) -> str:
        """The last of what the hub said."""
        return (self.folder / "hub.log").read_text("utf-8", "replace")[-6000:]

    def family(self) -> list[psutil.Process]:
        """The hub and every process that it has started."""
        hub = psutil.Process(self.process.pid)
        return [hub, *hub.children(recursive=True)]

    def stop(self) -> None:
        """End the hub; whatever outlives it is ended too."""
        family = self.family() if self.process.poll() is None else []
        self.process.terminate()
        _, alive = psutil.wait_procs(family, timeout=30)
        for process in alive:
            process.kill()
        psutil.wait_procs(alive, timeout=10)
        self.process.wait(10)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
