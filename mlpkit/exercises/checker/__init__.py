"""Run a learner's function safely, and compare its answers with the right ones."""
