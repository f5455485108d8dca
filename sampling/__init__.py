"""Sampling: finding the structures a potential does not know yet."""
