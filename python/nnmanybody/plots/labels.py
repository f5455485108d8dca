"""Names of symmetry functions in pictures."""

from nnmanybody._core import SymmetryFunction


def parameters(function: SymmetryFunction, neighbors: bool = False) -> str:
    """Return kind and parameters in the symbols of the formulas, e.g. `G2 η=0.5 Rₛ=2`."""
    words = [function.kind]
    if neighbors:
        words.append("–".join(function.neighbors))
    if function.kind in {"G2", "G4", "G5"}:
        words.append(f"η={function.eta:.3g}")
        if function.r_shift != 0.0 or function.kind == "G2":
            words.append(f"$R_s$={function.r_shift:.3g}")
    if function.kind == "G3":
        words.append(f"κ={function.kappa:.3g}")
    if function.kind in {"G4", "G5"}:
        words.append(f"ζ={function.zeta:g} λ={signed(function.lam)}")
    if function.is_compact:
        words.append(f"r={function.r_left:.3g}…{function.cutoff:.3g}")
        if function.is_angular:
            words.append(f"θ={function.theta_left:g}…{function.theta_right:g}")
        words.append(function.cutoff_function + ("a" if function.asymmetric else ""))
    return " ".join(words)


def signed(number: int) -> str:
    """Return the number with its sign, and with a minus as long as the plus."""
    return f"{number:+d}".replace("-", "−")
