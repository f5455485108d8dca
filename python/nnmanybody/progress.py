"""Frames -> the same frames, with a bar on the terminal that says how far the work is."""

from collections.abc import Iterable
from typing import TypeVar

from rich.console import Console
from rich.progress import track

T = TypeVar("T")


def track_frames(frames: Iterable[T], description: str = "evaluating") -> Iterable[T]:
    """Show a bar on stderr, if that is a terminal, while the frames are worked through; it vanishes at the end."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return frames
    return track(list(frames), description=description, console=console, transient=True)
