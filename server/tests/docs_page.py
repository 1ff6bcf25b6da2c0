#!/usr/bin/env python3
"""Opens /docs of a running server in a headless Chromium and looks whether its operations are to be seen.

docs_page.py URL [CHROMIUM]    with Debian's chromium, or another program of the same arguments

The browser can reach the server and nothing else: every other name leads nowhere."""

import pathlib
import re
import subprocess
import sys
import tempfile


def main() -> int:
    url = sys.argv[1].rstrip("/")
    chromium = sys.argv[2] if len(sys.argv) > 2 else "chromium"
    with tempfile.TemporaryDirectory() as profile:
        command = [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            f"--user-data-dir={pathlib.Path(profile)}",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            "--enable-logging=stderr",
            "--v=0",
            "--virtual-time-budget=20000",
            "--dump-dom",
            f"{url}/docs",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    page = done.stdout
    operations = set(re.findall(r'id="operations-[^"]*-([a-z_0-9]+)"', page))
    wrong = [line for line in done.stderr.splitlines() if "CONSOLE" in line and re.search(r"error|refused|violat", line, re.I)]
    tags = len(re.findall(r'class="opblock-tag-section', page))
    print(f"{tags} groups, {len(operations)} operations in the page, {len(wrong)} errors on the console")
    for line in wrong:
        print(line, file=sys.stderr)
    # The groups are folded; what is to be seen of them is their heads.
    ok = tags >= 8 and not wrong and "Failed to load API definition" not in page
    if not ok:
        print(page[:4000], file=sys.stderr)
    print("1 passed, 0 failed" if ok else "0 passed, 1 failed")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
