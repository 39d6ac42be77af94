#!/usr/bin/env bash
# Puts mlpkit into the Python that a JupyterHub gives to its learners. Run it again after an update.
#
#   bash classroom/install.sh [PYTHON] [SHARED]
#
# PYTHON  the learners' Python; by default that of The Littlest JupyterHub
# SHARED  a folder for what all learners share: the unpacked images, and settings for JupyterLab
set -euo pipefail
PYTHON=${1:-/opt/tljh/user/bin/python}
SHARED=${2:-/srv/mlpkit}
SOURCE=$(cd "$(dirname "$0")/.." && pwd)

command -v git > /dev/null || { echo "git is missing; learners get the lessons with it: apt install git"; exit 1; }
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { echo "mlpkit needs Python 3.11 or newer, and $PYTHON is $("$PYTHON" --version)"; exit 1; }

mkdir -p "$SHARED"
cd "$SHARED"   # away from the checkout, so that the installed package is the one that is imported
"$PYTHON" -m pip install --quiet --upgrade "$SOURCE[lab]" nbgitpuller
MLPKIT_CACHE=$SHARED/data "$PYTHON" -m mlpkit data
cp -R "$("$PYTHON" -c 'import mlpkit; print(mlpkit.__path__[0])')/app/lab_settings" "$SHARED/"
chmod -R a+rX "$SHARED"
echo "mlpkit $("$PYTHON" -c 'import mlpkit; print(mlpkit.__version__)') is ready for learners."
