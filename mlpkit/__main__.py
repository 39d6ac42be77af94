"""`python -m mlpkit` is the command `mlpkit`.

It is for machines on which scripts are not on the path.
"""

from .app.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
