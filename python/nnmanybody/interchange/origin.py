"""First line and provenance of a converted potential."""

import datetime
from collections.abc import Iterable
from importlib.metadata import version

NOTE = "note"
"""Key of what a user should know about the conversion."""


def header() -> dict[str, str]:
    """Fields of the first line of the potential file."""
    today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
    return {"date": today, "units": "metal", "contributor": "nnmanybody", "citation": "none"}


def provenance(source: str, details: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Lines of the potential file's last block; `source` says what was converted."""
    lines = [("package_version", version("nnmanybody")), ("converted_from", source), *details]
    return [(key, " ".join(value.split())) for key, value in lines]
