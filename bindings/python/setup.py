"""Builds the wheel, with the native library and the program `beaver` inside.

Both come from the checkout around this folder, by cargo; or, where they were built before, from the folder that
`BEAVER_NATIVE` names.
"""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

from distutils.command.build_scripts import build_scripts  # isort: skip: setuptools brings it along, once imported

HERE = Path(__file__).resolve().parent
WORKSPACE = HERE.parent.parent
PREFIX, SUFFIX = {"darwin": ("lib", ".dylib"), "win32": ("", ".dll")}.get(sys.platform, ("lib", ".so"))
LIBRARY = f"{PREFIX}beaver_uniffi{SUFFIX}"
MODULE = "beaver_uniffi.py"
PROGRAM = "beaver.exe" if sys.platform == "win32" else "beaver"
GENERATOR = "uniffi-bindgen.exe" if sys.platform == "win32" else "uniffi-bindgen"


@functools.cache
def native() -> tuple[Path, Path, Path]:
    """The library, the module that was made for it, and the program."""
    given = os.environ.get("BEAVER_NATIVE")
    if given:
        return Path(given) / LIBRARY, Path(given) / "python" / MODULE, Path(given) / PROGRAM
    if not (WORKSPACE / "Cargo.toml").exists():
        raise SystemExit(
            "the native library is built from a checkout of beaver: install from there, or set BEAVER_NATIVE"
        )
    target = Path(os.environ.get("CARGO_TARGET_DIR", WORKSPACE / "target"))
    cargo("build", "--release", "--package", "beaver-uniffi", "--package", "beaver-cli")
    library = target / "release" / LIBRARY
    out = target / "wheel"
    # Of the workspace: so it is built but once, whatever else was built there.
    cargo("build", "--workspace", "--bin", "uniffi-bindgen")
    generate = ["generate", str(library), "--language", "python", "--out-dir", str(out), "--no-format"]
    subprocess.run([target / "debug" / GENERATOR, *generate], cwd=WORKSPACE, check=True)
    return library, out / MODULE, target / "release" / PROGRAM


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
        library, module, _ = native()
        for file in (library, module):
            shutil.copyfile(file, folder / file.name)
        strip(folder / LIBRARY)


class BuildProgram(build_scripts):
    """Puts the program where an installation puts commands; the scripts of others are text, with a first line to adapt."""

    def get_source_files(self) -> list[str]:
        # It is built, and no file of the sources.
        return []

    def run(self) -> None:
        program = Path(self.build_dir) / PROGRAM
        program.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(native()[2], program)
        strip(program)
        program.chmod(0o755)


def strip(file: Path) -> None:
    """Takes out what only a debugger reads."""
    if sys.platform == "linux" and shutil.which("strip"):
        subprocess.run(["strip", "--strip-unneeded", str(file)], check=True)


class AnyPython(bdist_wheel):
    """The library is of one platform, and of no version of Python."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


class Binary(Distribution):
    """A distribution that is not of Python alone."""

    def has_ext_modules(self) -> bool:
        return True


setup(
    distclass=Binary,
    scripts=[PROGRAM],
    cmdclass={"build_py": BuildWithLibrary, "build_scripts": BuildProgram, "bdist_wheel": AnyPython},
)
