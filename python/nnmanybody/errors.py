"""The error a user can mend: shown by the command line as one block, without a traceback."""


class NNPError(Exception):
    """Something in the user's files or options is wrong.

    The message says what was expected, what came, where, and how to mend it.
    """
