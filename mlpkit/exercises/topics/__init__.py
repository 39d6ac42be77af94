"""The exercises of each topic, as data and nothing else."""
