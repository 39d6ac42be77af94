"""What a JupyterHub needs for this course: add it to the hub's own configuration.

The Littlest JupyterHub reads it from /opt/tljh/config/jupyterhub_config.d/; any other hub after
`load_subconfig("mlpkit_hub.py")`. Who may sign in, and how much memory each gets, is for the hub to say:
docs/class.md names an authenticator, and how to get HTTPS.
"""

c = get_config()  # noqa: F821  (the hub defines it)

SHARED = "/srv/mlpkit"  # where classroom/install.sh has put what all learners share

# Added to what the hub passes on already, which stays.
c.Spawner.environment.update(
    {
        # OpenBLAS counts the machine's cores; thirty learners with a thread on each would stand in queues.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        # One copy of the images, mapped by every kernel: 63 MB of memory for the class, not for each learner.
        "MLPKIT_CACHE": f"{SHARED}/data",
        # No pop-up that asks about news; glossary and notes open as pages.
        "JUPYTER_CONFIG_PATH": f"{SHARED}/lab_settings",
    }
)

# The lessons come with the link in docs/class.md. That is not the first page, for if the repository cannot be
# reached, its button "Proceed without syncing" leads to this first page, and would lead back to the link.
c.Spawner.default_url = "/lab"
