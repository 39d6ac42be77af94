"""Questions: a guess before an experiment, the truth after it, and recall at the end."""
