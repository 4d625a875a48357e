"""`make check`: every check that needs no browser and no test run, side by side. Exit code 1 if any finds something."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import documents, files

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
# The slowest first, so that they start first. Node comes with pyright (requirements-dev.txt); the machine needs none.
COMMANDS = {
    "types (pyright)": [BIN / "pyright"],
    "JavaScript (Biome, tsc)": [sys.executable, "-m", "tools.javascript"],
    "imports (import-linter)": [BIN / "lint-imports", "--no-cache"],
    "style (ruff check)": [BIN / "ruff", "check", "."],
    "layout (ruff format)": [BIN / "ruff", "format", "--check", "."],
}
OURS = {"files": files.problems, "documents": documents.problems}


def run(command: list[str | Path]) -> tuple[bool, str]:
    """Whether the command is content, and what it printed."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.returncode == 0, done.stdout + done.stderr


def main() -> int:
    """Run all; print a line each, and in full what was found."""
    started, found = time.monotonic(), 0
    with ThreadPoolExecutor(len(COMMANDS)) as threads:
        runs = {name: threads.submit(run, command) for name, command in COMMANDS.items()}
        for name, problems in OURS.items():
            lines = problems()
            print(f"{'ok  ' if not lines else 'BAD '} {name}", flush=True)
            print("".join(f"     {line}\n" for line in lines), end="")
            found += bool(lines)
        for name, under_way in runs.items():
            content, printed = under_way.result()
            print(f"{'ok  ' if content else 'BAD '} {name}", flush=True)
            if not content:
                print(printed)
            found += not content
    print(f"{time.monotonic() - started:.0f} seconds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
