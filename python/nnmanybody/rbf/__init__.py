"""Networks of radial basis functions: for any inputs and outputs, pruned by closed forms, and as models of atoms.

`RBFNetworkRegressor` needs scikit-learn (`pip install "nnmanybody[models]"`), gradient training TensorFlow.
"""
