"""Data -> what is wrong with it, by frame, how badly, and how to mend it: `nnp check`, and before every training."""
