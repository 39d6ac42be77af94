"""Numbers that scikit-learn and PyTorch gave, and the script that asked them."""
