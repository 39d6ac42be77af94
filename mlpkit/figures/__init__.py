"""Pictures of data, signals and training; each returns its Axes and can say in words what it shows.

`show(ax)` puts a figure and its description into a notebook, `describe(ax)` gives the description alone.
"""

from .curves import learning_curves, seed_bands
from .distributions import histograms, shares, signal_profile
from .images import image_grid, image_steps, weights_as_images
from .matrices import confusion, matrix_product
from .picture import Description, describe, png, show

__all__ = [
    "Description",
    "confusion",
    "describe",
    "histograms",
    "image_grid",
    "image_steps",
    "learning_curves",
    "matrix_product",
    "png",
    "seed_bands",
    "shares",
    "show",
    "signal_profile",
    "weights_as_images",
]
