"""Potentials and structures of other programs -> ours, and back: RuNNer and n2p2, SIMPLE-NN, aenet."""
