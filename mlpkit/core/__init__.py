"""The core: a network, its gradients and its training, in NumPy alone.

`mlpkit/__init__.py` gives the order to read its files in.
"""
