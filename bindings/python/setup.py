"""Builds the wheel, with the native library inside.

The library comes from the checkout around this folder, by cargo; or, where it was built before, from the folder that
`BEAVER_NATIVE` names and `cargo xtask bindings python --release` makes.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
WORKSPACE = HERE.parent.parent
PREFIX, SUFFIX = {"darwin": ("lib", ".dylib"), "win32": ("", ".dll")}.get(sys.platform, ("lib", ".so"))
LIBRARY = f"{PREFIX}beaver_uniffi{SUFFIX}"
MODULE = "beaver_uniffi.py"


def native() -> tuple[Path, Path]:
    """The library, and the module that was made for it."""
    given = os.environ.get("BEAVER_NATIVE")
    if given:
        return Path(given) / LIBRARY, Path(given) / "python" / MODULE
    if not (WORKSPACE / "Cargo.toml").exists():
        raise SystemExit(
            "the native library is built from a checkout of beaver: install from there, or set BEAVER_NATIVE"
        )
    target = Path(os.environ.get("CARGO_TARGET_DIR", WORKSPACE / "target"))
    cargo("build", "--release", "--package", "beaver-uniffi")
    library = target / "release" / LIBRARY
    out = target / "wheel"
    generate = ["generate", str(library), "--language", "python", "--out-dir", str(out), "--no-format"]
    cargo("run", "--quiet", "--package", "uniffi-bindgen", "--", *generate)
    return library, out / MODULE


def cargo(*arguments: str) -> None:
    subprocess.run(["cargo", *arguments], cwd=WORKSPACE, check=True)


class BuildWithLibrary(build_py):
    """Puts the library into what is built, and nothing into the sources."""

    def run(self) -> None:
        # What an earlier build left there would go into the wheel.
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        folder = Path(self.build_lib) / "beaver" / "_native"
        folder.mkdir(parents=True, exist_ok=True)
        for file in native():
            shutil.copyfile(file, folder / file.name)
        if sys.platform == "linux" and shutil.which("strip"):
            subprocess.run(["strip", "--strip-unneeded", str(folder / LIBRARY)], check=True)


class AnyPython(bdist_wheel):
    """The library is of one platform, and of no version of Python."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


class Binary(Distribution):
    """A distribution that is not of Python alone."""

    def has_ext_modules(self) -> bool:
        return True


setup(distclass=Binary, cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": AnyPython})
