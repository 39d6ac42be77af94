"""Where a learner's functions and record are kept, and what uses them."""
