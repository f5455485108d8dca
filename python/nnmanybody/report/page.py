"""Sections -> one HTML file without any reference to another: style, script and data are inside."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from nnmanybody.errors import NNPError
from nnmanybody.report.markup import Element, element, to_html

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""Even if a text in the data were taken for a reference, the browser would fetch nothing."""
DATA_ID = "report-data"


def page_html(
    title: str, introduction: Sequence[Element], sections: Sequence[Element], content: Mapping[str, Any]
) -> str:
    """Put a page together.

    Parameters
    ----------
    title : str
    introduction : sequence of Element
        Above the list of sections.
    sections : sequence of Element
        From `markup.section`.
    content : mapping
        The numbers of the page, put into it as JSON.
    """
    links = [element("a", made.findtext("h2", ""), href=f"#{made.get('id')}") for made in sections if made.get("id")]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _http_equiv("Content-Security-Policy", POLICY),
        element("title", title),
        element("style", asset("page.css")),
    )
    body = element(
        "body",
        element("header", element("h1", title), *introduction),
        element("nav", *links, aria_label="Sections"),
        element("main", *sections),
        element("div", id="tip", role="tooltip", hidden="hidden"),
        element("script", _script_json(content), type="application/json", id=DATA_ID),
        element("script", asset("page.js")),
    )
    return "<!DOCTYPE html>\n" + to_html(element("html", head, body, lang="en")) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write a file; what was at `path` stays whole until the new one is complete.

    Raises
    ------
    NNPError
        If it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise NNPError(f"{path}: cannot be written ({error.strerror or error})") from error


@cache
def asset(name: str) -> str:
    """Return the text of a file of the folder `assets`."""
    return (files("nnmanybody.report") / "assets" / name).read_text(encoding="utf-8")


def _script_json(content: Mapping[str, Any]) -> str:
    """JSON that cannot end the script it stands in, whatever names the data has."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _http_equiv(name: str, content: str) -> Element:
    made = element("meta", content=content)
    made.set("http-equiv", name)
    return made
