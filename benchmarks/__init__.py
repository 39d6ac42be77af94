"""mlpkit side by side with what one would use instead, measured in one run on the shipped images.

`python -m benchmarks` writes RESULTS.md, results.json and two plots beside this file; README.md says how.
"""
