"""Correct programs in other styles, one file for each topic: what every exercise must let pass."""
