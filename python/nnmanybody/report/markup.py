"""Text and numbers -> HTML elements: sections, tables, figures, lists; escaped when the page is written."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias
from xml.etree import ElementTree

Element: TypeAlias = ElementTree.Element
Content: TypeAlias = Element | str

MINUS = "−"


def element(tag: str, *children: Content, **attributes: object) -> Element:
    """Make an element.

    Parameters
    ----------
    tag : str
    *children : Element or str
    **attributes
        `class_` stands for `class`, `data_tip` for `data-tip`; None leaves an attribute out.
    """
    made = ElementTree.Element(tag)
    for name, value in attributes.items():
        if value is not None:
            made.set(name.rstrip("_").replace("_", "-"), str(value))
    append(made, *children)
    return made


def append(parent: Element, *children: Content) -> None:
    """Put children at the end of an element."""
    for child in children:
        if not isinstance(child, str):
            parent.append(child)
        elif len(parent):
            parent[-1].tail = (parent[-1].tail or "") + child
        else:
            parent.text = (parent.text or "") + child


def to_html(root: Element) -> str:
    """Return an element as HTML."""
    return ElementTree.tostring(root, encoding="unicode", method="html")


def section(identifier: str, heading: str, *children: Content) -> Element:
    """Return a section with its heading; the identifier is what links point to."""
    return element("section", element("h2", heading), *children, id=identifier)


def paragraph(*children: Content) -> Element:
    """Return a paragraph."""
    return element("p", *children)


def table(caption: str, header: Sequence[Content], rows: Iterable[Sequence[Content]]) -> Element:
    """Return a table that scrolls by itself where it is wider than the page.

    The first cell of a row names it; all others are set flush right, as numbers are.
    """
    body = [
        element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in rest))
        for first, *rest in rows
    ]
    head = element("thead", element("tr", *(element("th", cell, scope="col") for cell in header)))
    made = element("table", element("caption", caption), head, element("tbody", *body))
    # Scrolled by keyboard too, hence the tab stop with a name.
    return element("div", made, class_="scroll", tabindex="0", role="region", aria_label=caption)


def definitions(pairs: Iterable[tuple[str, Content]]) -> Element:
    """Return a list of names and what they stand for."""
    return element("dl", *(item for name, value in pairs for item in (element("dt", name), element("dd", value))))


def details(summary: str, *children: Content) -> Element:
    """Return something that opens when its summary is clicked."""
    return element("details", element("summary", summary), *children)


def code(text: str) -> Element:
    """Return a block of code or commands."""
    return element("pre", element("code", text), tabindex="0")


def figure(picture: Element, title: str, caption: str, legend: Sequence[str] = ()) -> Element:
    """Return a figure with its title, legend and caption.

    Parameters
    ----------
    picture : Element
        SVG; its marks of group k are in elements with `data-group="k"`.
    title, caption : str
    legend : sequence of str
        Names of the groups, in order; each becomes a button that hides and shows its marks.
    """
    keys = [
        element(
            "button",
            element("span", class_=f"swatch c{index}"),
            name,
            type="button",
            class_="key",
            data_toggle=index,
            aria_pressed="true",
        )
        for index, name in enumerate(legend)
    ]
    children = [element("div", *keys, class_="legend")] if keys else []
    head = element("p", title, class_="title")
    return element("figure", head, picture, *children, element("figcaption", caption))


def figures(*made: Element) -> Element:
    """Return figures beside one another, as many as the width allows."""
    return element("div", *made, class_="figures")


def counted(count: int, what: str) -> str:
    """Return a count and its noun, in the plural if it is not one."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def number(value: float | None, digits: int = 3) -> str:
    """Return a number to so many significant digits, zeros included; a dash for none."""
    if value is None:
        return "–"
    text = f"{value:#.{digits}g}".removesuffix(".") if value else "0"
    return text.replace("-", MINUS)
