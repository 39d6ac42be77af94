"""Five notebooks of the kind found on the web, told again in our own words, faults included.

They are raced as they are: float64, Python loops, mistakes and all. Each file says what it does differently.
"""
