"""Puts the native library into the package, for work from a checkout: tests, examples and the conformance testee then
find it with `src` on the path. `cargo xtask bindings python` makes it first."""

import os
import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target")) / "bindings"
PACKAGE = HERE / "src" / "beaver" / "_native"


def main() -> None:
    PACKAGE.mkdir(exist_ok=True)
    libraries = sorted(BUILT.glob("*beaver_uniffi.*"))
    if not libraries:
        raise SystemExit(f"{BUILT} holds no library: run `cargo xtask bindings python`")
    for source in [*libraries, BUILT / "python" / "beaver_uniffi.py"]:
        target = PACKAGE / source.name
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            # Replaced, not written over: a program that runs may have it open.
            fresh = target.with_suffix(".fresh")
            shutil.copyfile(source, fresh)
            fresh.replace(target)


if __name__ == "__main__":
    main()
