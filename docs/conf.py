"""Sphinx: the pages of this folder -> HTML. `make docs` builds them; every warning is an error."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from typing import Any

from docutils.nodes import Element, SkipNode
from docutils.utils.math.latex2mathml import tex2mathml
from pygments.lexer import RegexLexer, bygroups
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Keyword, Name, Number, String, Text
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator as HTMLTranslator

project = "nnmanybody"
author = "the nnmanybody developers"
version = release = installed_version("nnmanybody")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "numpydoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_show_copyright = False
html_title = f"nnmanybody {version}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4

# TensorFlow is not needed to read what a training takes and gives.
autodoc_mock_imports = ["tensorflow", "keras"]
autodoc_typehints = "none"  # the docstrings have types, with shapes and units
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

nitpicky = True
nitpick_ignore = [
    # Base classes that are documented elsewhere; the build asks no other site for their addresses.
    ("py:class", "ase.calculators.calculator.Calculator"),
    ("py:class", "pybind11_builtins.pybind11_object"),
]


class LammpsLexer(RegexLexer):
    """LAMMPS input: a command and its arguments, variables, comments."""

    name = "LAMMPS"
    tokens: dict[str, Any] = {  # noqa: RUF012  # Pygments reads it as it stands
        "root": [
            (r"#.*", Comment.Single),
            (r'"[^"]*"', String),
            (r"\$\{\w+\}|\$\([^)]*\)|\$\w|\b[cfv]_\w+", Name.Variable),
            (r"^(\s*)([a-z]\w*)", bygroups(Text, Keyword)),
            (r"[-+]?\d+\.?\d*([eE][-+]?\d+)?(?![\w/.])", Number),
            (r"\s+|\S+?(?=[\s#]|$)", Text),
        ]
    }


def _inline_math(translator: HTMLTranslator, node: Element) -> None:
    """Formulas as MathML, which browsers show without a script from elsewhere."""
    translator.body.append(tex2mathml(node.astext()))
    raise SkipNode


def _displayed_math(translator: HTMLTranslator, node: Element) -> None:
    translator.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise SkipNode


def setup(app: Sphinx) -> None:
    """Add what Sphinx calls by name."""
    app.add_lexer("LAMMPS", LammpsLexer)
    app.add_lexer("nnp", TextLexer)
    app.add_html_math_renderer("mathml", (_inline_math, None), (_displayed_math, None))


html_math_renderer = "mathml"
