"""Pictures of data, signals and training; each returns its Axes and can say in words what it shows.

`show(ax)` puts a figure and its description into a notebook, `describe(ax)` gives the description alone.
"""

from .._where import IN_BROWSER
from .bars import bars, before_after
from .curves import learning_curves, seed_bands
from .diagrams import Box, course_map, network_boxes
from .display import Description, describe, html, png, show
from .distributions import histograms, shares, signal_profile
from .functions import function_graphs
from .gallery import image_grid
from .gradients import gradient_check_curve, update_ratio
from .images import image_steps, weights_as_images
from .matrices import confusion, matrix_product
from .predictions import prediction_record
from .probabilities import calibration, faders, probability_bars
from .surfaces import loss_surface

if IN_BROWSER:
    from . import late

    late.install()

__all__ = [
    "Box",
    "Description",
    "bars",
    "before_after",
    "calibration",
    "confusion",
    "course_map",
    "describe",
    "faders",
    "function_graphs",
    "gradient_check_curve",
    "histograms",
    "html",
    "image_grid",
    "image_steps",
    "learning_curves",
    "loss_surface",
    "matrix_product",
    "network_boxes",
    "png",
    "prediction_record",
    "probability_bars",
    "seed_bands",
    "shares",
    "show",
    "signal_profile",
    "update_ratio",
    "weights_as_images",
]
