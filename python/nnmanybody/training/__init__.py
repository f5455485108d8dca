"""Frames and a configuration -> a trained potential, in TensorFlow.

Only the modules that compute with tensors import TensorFlow: `nnmanybody.training.trainer` and
what it needs. Reading a learning curve or checking data does not.
"""
