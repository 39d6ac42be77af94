"""What a JupyterHub needs for this course: add it to the hub's own configuration.

The Littlest JupyterHub reads it from /opt/tljh/config/jupyterhub_config.d/; any other hub after
`load_subconfig("mlpkit_hub.py")`. Who may sign in, and how much memory each gets, is for the hub to say.
"""

import os
from urllib.parse import urlencode

c = get_config()  # noqa: F821  (the hub defines it)

# Where the lessons come from: your copy of mlpkit's repository, from which learners pull.
REPOSITORY = os.environ.get("MLPKIT_REPOSITORY", "https://git.example.org/you/mlpkit")
BRANCH = "main"
# Where classroom/install.sh has put the images, once for all learners.
SHARED = os.environ.get("MLPKIT_SHARED", "/srv/mlpkit")

c.Spawner.environment = {
    # OpenBLAS counts the machine's cores; thirty learners with a thread on each would stand in queues.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # One copy of the images, mapped by every kernel: 62 MB of memory for the class, not for each learner.
    "MLPKIT_CACHE": f"{SHARED}/data",
    # No pop-up that asks about news; glossary and notes open as pages.
    "JUPYTER_CONFIG_PATH": f"{SHARED}/lab_settings",
}

# Who signs in gets the newest lessons, and lands in the first one. A lesson that a learner has changed stays
# theirs (.gitattributes: merge=binary), and my_mlpkit/ is not in git at all.
c.Spawner.default_url = "/git-pull?" + urlencode(
    {
        "repo": REPOSITORY,
        "branch": BRANCH,
        "targetpath": "mlpkit",
        "urlpath": "lab/tree/mlpkit/lessons/00_start_here.ipynb",
    }
)
