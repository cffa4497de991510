"""Gives package-lock.json the entries of optional platform packages that npm left out.

Owns that alone; versions are npm's choice. Some registries do not hold every package of a platform
(`@biomejs/cli-win32-x64` and the like): `npm install` then leaves those out of the lock, and
`npm ci` refuses a lock without them. An entry needs only the version and, so that other machines
skip it, `os` and `cpu`, which the package's name tells. Run by `npm run lock` after a change of
dependencies; a lock that lacks nothing stays as it is.
"""

import json
import re
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parent.parent / "package-lock.json"
PLATFORM = re.compile(
    r"(?P<os>android|darwin|linux|win32|freebsd|openbsd|netbsd|openharmony|sunos|aix|wasm32)"
    r"(?:-(?P<cpu>arm64|x64|arm|ia32|riscv64|ppc64|s390x|loong64|mips64el))?"
    r"(?:-?(?P<libc>musl|gnu))?"
)
LIBC = {"musl": "musl", "gnu": "glibc"}


def missing(packages: dict[str, Any]) -> dict[str, Any]:
    """Entries of optional dependencies that are named in the lock and not in it."""
    found: dict[str, Any] = {}
    for place, entry in packages.items():
        for name, version in entry.get("optionalDependencies", {}).items():
            if {f"node_modules/{name}", f"{place}/node_modules/{name}"} & packages.keys():
                continue
            found[f"node_modules/{name}"] = platform_entry(name, version, entry)
    return found


def platform_entry(name: str, version: str, parent: dict[str, Any]) -> dict[str, Any]:
    """The least that npm wants to know of a package it will not install here."""
    entry: dict[str, Any] = {"version": version, "optional": True}
    if parent.get("dev"):
        entry["dev"] = True
    if told := PLATFORM.search(name):
        entry["os"] = ["none" if told["os"] == "wasm32" else told["os"]]
        if told["cpu"]:
            entry["cpu"] = [told["cpu"]]
        if told["libc"]:
            entry["libc"] = [LIBC[told["libc"]]]
    return entry


def main() -> None:
    """Complete the lock in place."""
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    packages = lock["packages"]
    added = missing(packages)
    if not added:
        return
    root = {"": packages.pop("")}
    lock["packages"] = root | dict(sorted((packages | added).items()))
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(*sorted(added), sep="\n")


if __name__ == "__main__":
    main()
