"""Pictures of data, potentials and fits; matplotlib is imported only when one is drawn."""
