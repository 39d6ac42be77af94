"""Tools for the people who write the course; nothing in the package imports them.

Each file is one job: run a lesson, keep its outputs quiet, compare what may vary, measure what it costs.
"""
