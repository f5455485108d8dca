"""Composable models: expressions such as E[G8L4] + N[E[G8L4]] and how they are fitted."""
