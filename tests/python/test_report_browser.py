"""The page of `nnp report` in a browser: no error, nothing fetched, pictures drawn and alive, the JSON's numbers."""

from __future__ import annotations

import functools
import html
import json
import math
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from nnmanybody.report.build import make_report
from report_cases import write_fit

PHONE = 390  # px
WINDOW = (500, 3000)  # headless windows are not narrower; high enough for a picture of the learning curves
FACTORS = {
    "energy_rmse": 1e3,
    "energy_mae": 1e3,
    "force_angle_rmse": 180.0 / math.pi,
    "atomic_energy_rmse": 1e3,
    "beyond": 100.0,
}
SMALLEST_TEXT = 10.0  # px

WATCH = """<script>
window.seen = {errors: [], violations: 0};
addEventListener("error", (event) => seen.errors.push(String(event.message)));
addEventListener("securitypolicyviolation", () => { seen.violations += 1; });
console.error = (...words) => seen.errors.push(words.join(" "));
Element.prototype.setPointerCapture = () => {};  // the pointers below are not real ones
</script>"""

PROBE = f"""<pre id="probe"></pre><script>
{Path(__file__).with_name("report_probe.js").read_text()}</script>"""

FRAME = """<body style="margin: 0"><iframe width="{width}" height="{height}" style="border: 0"></iframe>
<pre id="copy"></pre>
<script>
const frame = document.querySelector("iframe");
frame.onload = () => {{
  document.getElementById("copy").textContent = frame.contentDocument.getElementById("probe").textContent;
}};
frame.srcdoc = {page};
</script>"""


def browser() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, f"none of {', '.join(names)} is installed; cmake/install_system_packages.sh has Debian's"
    return found


@functools.cache
def opened(folder):
    """What the page says of itself, what the browser said, the JSON, and a picture."""
    fit = write_fit(folder)
    report = make_report([fit.potential, fit.member], [fit.test])
    report.write(folder / "report.html", folder / "report.json")
    watched = report.html.replace("<head>", f"<head>{WATCH}", 1).replace("</body>", f"{PROBE}</body>", 1)
    quoted = json.dumps(watched).replace("</", "<\\/")
    (folder / "watched.html").write_text(FRAME.format(width=PHONE, height=WINDOW[1], page=quoted))
    command = [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"]
    command += [
        "--virtual-time-budget=5000",
        f"--user-data-dir={folder / 'profile'}",
        f"--screenshot={folder / 'page.png'}",
    ]
    command += ["--window-size={},{}".format(*WINDOW), (folder / "watched.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    probe = re.search(r'<pre id="copy">(.*?)</pre>', done.stdout, re.DOTALL)
    seen = json.loads(html.unescape(probe[1]))
    content = json.loads((folder / "report.json").read_text())
    return seen, done.stderr, content, imread(folder / "page.png")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("report"))


def test_no_error_and_nothing_fetched(page):
    seen, said, _, _ = page
    assert seen["errors"] == []
    assert (seen["violations"], seen["fetched"]) == (0, 0)
    assert "CONSOLE" not in said


def test_every_picture_is_drawn_and_described(page):
    seen, _, content, screenshot = page
    sets, elements = len(content["data"]), len(content["potential"]["elements"])
    expected = {
        "learning": 4,  # loss, force error, learning rate; force error against time
        "parity": 6 * sets - 1,  # three of energies and of forces; one frame alone has no second config_type
        "committee": 2 * sets,
        "worst": sum(map(len, content["worst_forces"].values())),
        "coverage": elements * sets,
        "correlation": elements,
    }
    assert {section: len(marks) for section, marks in seen["marks"].items()} == expected
    assert min(count for marks in seen["marks"].values() for count in marks) > 0
    assert seen["described"]
    pixels = np.round(255 * screenshot[..., :3]).astype(int)
    assert (np.abs(pixels - (0, 0x72, 0xB2)).max(axis=-1) < 8).sum() > 250  # blue; a line across one picture is longer


def test_it_fits_a_phone(page):
    seen = page[0]
    width, needed = seen["width"]
    assert width == PHONE
    assert needed <= width
    assert seen["text"] >= SMALLEST_TEXT


def test_title_and_numbers_are_those_of_the_json(page):
    seen, _, content, _ = page
    assert seen["title"] == seen["heading"] == content["title"]
    assert len(seen["numbers"]) > 100
    for pointer, value, text in seen["numbers"]:
        keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
        found = functools.reduce(lambda tree, key: tree[int(key) if isinstance(tree, list) else key], keys, content)
        assert float(value) == found, pointer
        shown = float(text.split()[0].replace("−", "-"))
        assert shown == pytest.approx(found * FACTORS.get(keys[-1], 1.0), rel=5.1e-3), pointer  # three digits


def test_it_reacts(page):
    seen = page[0]
    assert seen["tip"] == [False, True]
    assert seen["matrix"].startswith("0: G1")
    assert seen["matrix"].endswith("R = 1")
    assert set(seen["hidden"]) == {"none"}
    assert set(seen["shown"]) == {""}
    assert seen["wide"]
    assert seen["turned"]
