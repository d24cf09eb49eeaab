"""Draws the icons and the social preview from SVG, with Debian's chromium, into what the server sends.

They are kept in git, since a build has no browser; run it after a change of the drawing.
"""

import os
import struct
import subprocess
import tempfile
from pathlib import Path

STATIC = Path(__file__).parents[1] / "src" / "qgraph" / "web" / "static"
BROWSER = os.environ.get("CHROMIUM", "chromium")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)
INK, PAPER, MARK = "#22202a", "#fbfaf7", "#6b2d5c"
WIDE, HIGH = 1200, 630  # what sites show of a link
# Three things, and what joins them.
LINKS = ("M8 9 24 8", "M8 9 15 24", "M24 8 15 24")
THINGS = ((8, 9, 4), (24, 8, 3), (15, 24, 5))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{style}{drawn}</svg>\n'
# The icon stands on light and on dark bars.
STYLE = (
    f"<style>g{{stroke:{MARK};fill:{MARK}}}"
    "@media (prefers-color-scheme:dark){g{stroke:#e0a3cf;fill:#e0a3cf}}</style>"
)


def sign() -> str:
    """Return the sign of the project as a group of SVG."""
    lines = "".join(f'<path d="{path}" stroke-width="2"/>' for path in LINKS)
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="{size}" stroke="none"/>' for x, y, size in THINGS)
    return f"<g>{lines}{dots}</g>"


def icon() -> str:
    """Return the icon as SVG."""
    return SVG.format(box="0 0 32 32", style=STYLE, drawn=sign())


def tile() -> str:
    """Return the sign on paper, for home screens and old browsers."""
    style = f"<style>g{{stroke:{MARK};fill:{MARK}}}</style>"
    drawn = f'<rect width="40" height="40" fill="{PAPER}"/><g transform="translate(4 4)">{sign()}</g>'
    return SVG.format(box="0 0 40 40", style=style, drawn=drawn)


def preview() -> str:
    """Return what is shown of a link to any page: the sign, and what the pages are, without a name."""
    style = f"<style>g{{stroke:{MARK};fill:{MARK}}}text{{font-family:'Noto Serif',serif;fill:{INK}}}</style>"
    drawn = (
        f'<rect width="{WIDE}" height="{HIGH}" fill="{PAPER}"/>'
        f'<rect width="{WIDE}" height="14" fill="{MARK}"/>'
        f'<g transform="translate(90 175) scale(8.6)">{sign()}</g>'
        '<text x="430" y="290" font-size="62" font-weight="bold">A knowledge graph</text>'
        '<text x="430" y="370" font-size="38">in which each fact says</text>'
        '<text x="430" y="424" font-size="38">who says so, and where</text>'
    )
    return SVG.format(box=f"0 0 {WIDE} {HIGH}", style=style, drawn=drawn)


def png(svg: str, wide: int, high: int) -> bytes:
    """Return *svg* drawn *wide* by *high* points. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        sized = svg.replace("<svg ", f'<svg width="{wide}" height="{high}" ', 1)
        page.write_text(f'<!doctype html><body style="margin:0">{sized}', encoding="utf-8")
        window = f"--window-size={wide},{high}"
        own = f"--user-data-dir={folder}/browser"
        command = [BROWSER, *OPTIONS, own, window, f"--screenshot={shot}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
        return shot.read_bytes()


def ico(image: bytes, size: int) -> bytes:
    """Return *image*, a PNG of *size* by *size* points, as an icon file with one picture."""
    entry = struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(image), 6 + 16)
    return struct.pack("<HHH", 0, 1, 1) + entry + image


if __name__ == "__main__":
    (STATIC / "icon.svg").write_text(icon(), encoding="utf-8")
    (STATIC / "icon.png").write_bytes(png(tile(), 180, 180))
    (STATIC / "icon.ico").write_bytes(ico(png(tile(), 32, 32), 32))
    (STATIC / "preview.png").write_bytes(png(preview(), WIDE, HIGH))
