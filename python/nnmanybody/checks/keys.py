"""Which keys the files use -> wrong, missing and mixed ones, with the key that is there."""

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from nnmanybody.checks.finding import Finding, frames_text, listed
from nnmanybody.checks.loaded import Loaded
from nnmanybody.data import ENVIRONMENT, ISOLATED_ATOM, Frame

TARGETS = ("energy", "forces", "stress")
WORDS = {"energy": ("energy", "energie", "toten", "etot"), "forces": ("force",), "stress": ("stress", "virial")}
"""What names of a target contain."""
OTHER_THINGS = {
    "energy": ("atomic", "energies", "kinetic", "free_", "correction", "weight", "cutoff", "unit", "per_atom", "error"),
    "forces": ("error", "spread", "weight", "max", "unit"),
    "stress": ("atomic", "error", "weight", "unit"),
}
"""... unless they contain one of these. All in lower case."""
ABBREVIATIONS = {"energy": ("e", "e0"), "forces": ("f", "fx"), "stress": ("s",)}
OURS = "NNP_"
"""Predictions of `nnp evaluate` are no targets."""
SIZES = {"energy": (1,), "forces": (3,), "stress": (6, 9)}


def check_keys(loaded: Loaded, targets: Iterable[str] = TARGETS) -> Iterator[Finding]:
    """Look for targets that are not under their keys, and for keys that differ from frame to frame.

    Parameters
    ----------
    loaded : Loaded
    targets : iterable of str
        Of energy, forces, stress: those to look for.
    """
    frames = [frame for frame in loaded.frames if frame.config_type != ENVIRONMENT]
    for target in targets:
        yield from _one_target(loaded, frames, target)
    wanted = [frame for frame in frames if frame.atomic_energies is None]
    empty = [frame.name for frame in wanted if all(getattr(frame, target) is None for target in TARGETS)]
    if empty and len(empty) < len(frames):
        text = f"no energy, forces or stress in {frames_text(empty)}"
        yield Finding("no-target", True, text, "remove these frames, or give them their numbers", tuple(empty))


def _one_target(loaded: Loaded, frames: list[Frame], target: str) -> Iterator[Finding]:
    """Say who lacks the target, and where it may be instead; then who has it under another key."""
    key = getattr(loaded.keys, target)
    lacking = [frame for frame in frames if getattr(frame, target) is None]
    if target == "forces":  # an isolated atom feels none
        lacking = [frame for frame in lacking if frame.config_type != ISOLATED_ATOM]
    elsewhere: dict[str, list[str]] = defaultdict(list)
    nowhere = []
    for frame in lacking:
        found = _candidate(frame, target, loaded)
        elsewhere[found].append(frame.name) if found else nowhere.append(frame.name)
    for other, names in elsewhere.items():
        yield _under_another_key(target, key, other, names, len(frames))
    if nowhere and not elsewhere and len(nowhere) == len(frames) and target != "stress":
        text = f"no frame has {_article(target)} (looked for the key {key!r})"
        mend = f"add the key, or train without it: loss.{target}: 0"
        yield Finding("keys", True, text, mend)
    elif nowhere and len(nowhere) < len(frames):
        text = f"no {target} in {frames_text(nowhere)} of {len(frames)}"
        yield Finding("missing", False, text, "nothing, if that is meant", tuple(nowhere))
    yield from _mixture(loaded, frames, target, key)


def _article(target: str) -> str:
    return {"energy": "an energy", "forces": "forces"}[target]


def _under_another_key(target: str, key: str, other: str, names: list[str], n_frames: int) -> Finding:
    where = "any frame" if len(names) == n_frames else frames_text(names)
    text = f"{target}: not under the key {key!r} in {where}, but {other!r} is there"
    if "virial" in other.lower():
        mend = f"write {key} = -virial/volume in eV/Å³, ASE's sign, in the place of {other}"
    elif len(names) == n_frames:
        option = f"--{target}-key"
        mend = f"{option} {other}, in a configuration data.keys.{target}: {other}; or rename it to {key}"
    else:
        mend = f"rename {other} to {key} in these frames"
    return Finding("keys", True, text, mend, () if len(names) == n_frames else tuple(names))


def _candidate(frame: Frame, target: str, loaded: Loaded) -> str | None:
    """Return the likeliest name among those that hold numbers of the right shape."""
    container = frame.atoms.arrays if target == "forces" else frame.atoms.info
    taken = {value for name, value in vars(loaded.keys).items() if name != target}
    names = [
        name
        for name, value in container.items()
        if name not in taken and not name.startswith(OURS) and _fits(value, target, len(frame.atoms))
    ]
    spoken = [name for name in names if _speaks_of(name.lower(), target)]
    near = difflib.get_close_matches(getattr(loaded.keys, target), names, n=1, cutoff=0.75)
    return spoken[0] if spoken else (near[0] if near else None)


def _speaks_of(name: str, target: str) -> bool:
    if any(word in name for word in OTHER_THINGS[target]) and name != "free_energy":
        return False
    return any(word in name for word in WORDS[target]) or name in ABBREVIATIONS[target]


def _fits(value: object, target: str, n_atoms: int) -> bool:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return array.shape == (n_atoms, 3) if target == "forces" else array.size in SIZES[target]


def _mixture(loaded: Loaded, frames: list[Frame], target: str, key: str) -> Iterator[Finding]:
    served = {frame.name: loaded.served.get(frame.name, {}).get(target) for frame in frames}
    counts = Counter(name for name in served.values() if name is not None)
    if len(counts) < 2:
        return
    usual = counts.most_common(1)[0][0]
    odd = [name for name, used in served.items() if used is not None and used != usual]
    text = f"{target}: under different keys, " + ", ".join(f"{name} ({count} frames)" for name, count in counts.items())
    mend = f"make sure that they mean the same (method, units), and name all of them {key}; the odd ones: {listed(odd)}"
    yield Finding("mixed-keys", True, text, mend, tuple(odd))
