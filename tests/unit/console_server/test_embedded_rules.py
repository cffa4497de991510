"""What the embedded stack decides without starting anything."""

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from console_server.command_line.installation import address_for_phones
from console_server.embedded.apt_sources import restated_sources
from console_server.embedded.debian import needed_packages
from console_server.embedded.process import Command, Identity, reachable_by
from console_server.embedded.supervise import LONGEST_DELAY_S, Supervisor, delay_s

DEB822 = """\
# the release
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://third.example/apt
Suites: nodistro
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""
ONE_LINE = """\
deb [signed-by=/k.gpg arch=amd64] http://mirror.example/debian bookworm main contrib # ours
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/debian bookworm-updates main
# deb http://off.example/debian bookworm main
deb http://contrib.example/debian bookworm contrib
"""


def test_deb822_source_of_the_release_alone_is_restated_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(DEB822)
    found = restated_sources(tmp_path, "bookworm", "trixie")
    assert list(found) == ["gridbeat.sources"]
    text = found["gridbeat.sources"]
    assert "Types: deb\n" in text
    assert "Suites: trixie\n" in text
    assert "Uris: http://mirror.example/debian\n" in text
    assert " -----END PGP PUBLIC KEY BLOCK-----" in text
    assert "third" not in text
    assert "off.example" not in text


def test_classic_source_of_the_release_alone_is_restated_with_its_options(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(ONE_LINE)
    assert restated_sources(tmp_path, "bookworm", "trixie") == {
        "gridbeat.list": (
            "deb [signed-by=/k.gpg arch=amd64] http://mirror.example/debian trixie main\n"
        )
    }


def test_host_without_sources_has_nothing_to_restate(tmp_path: Path) -> None:
    assert restated_sources(tmp_path, "bookworm", "trixie") == {}


def test_libraries_are_followed_but_services_and_llvm_are_not() -> None:
    listing = """\
postgresql-17
  Depends: postgresql-common
 |Depends: locales
  Depends: libpq5
  Depends: libllvm19
libpq5
  Depends: libssl3t64
  PreDepends: zlib1g
libssl3t64
zlib1g
libllvm19
postgresql-common
<virtual>
"""
    assert needed_packages(listing, ["postgresql-17"]) == [
        "libpq5",
        "libssl3t64",
        "postgresql-17",
        "zlib1g",
    ]


def test_closed_parent_folder_is_noticed(open_tmp: Path) -> None:
    stranger = Identity("stranger", 54321, 54321)
    inner = open_tmp / "closed" / "inner"
    inner.mkdir(parents=True)
    (open_tmp / "closed").chmod(0o755)
    assert reachable_by(inner, stranger)
    (open_tmp / "closed").chmod(0o700)
    assert not reachable_by(inner, stranger)


def test_delays_double_to_a_bound_and_are_spread() -> None:
    assert [delay_s(n, 0.5) for n in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert (delay_s(1, 0.0), delay_s(1, 1.0)) == (0.25, 0.75)
    assert delay_s(50, 0.5) == LONGEST_DELAY_S


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def short_lived(tmp_path: Path) -> Command:
    return Command("short", [sys.executable, "-c", "exit(3)"], {}, tmp_path / "short.log")


def test_child_that_dies_is_started_again_after_its_delay(tmp_path: Path, clock: Clock) -> None:
    supervisor = Supervisor(clock, lambda: 0.5)
    supervisor.start(short_lived(tmp_path))
    child = supervisor.children["short"]
    first = child.process
    first.wait()
    supervisor.tick()
    assert child.restart_at == 0.5
    clock.now = 0.4
    supervisor.tick()
    assert child.process is first
    clock.now = 0.6
    supervisor.tick()
    assert child.process is not first
    child.process.wait()
    supervisor.tick()
    assert child.restart_at == pytest.approx(0.6 + 1.0)
    supervisor.stop_all()


def test_child_that_ran_long_starts_its_delays_anew(tmp_path: Path, clock: Clock) -> None:
    supervisor = Supervisor(clock, lambda: 0.5)
    supervisor.start(short_lived(tmp_path))
    child = supervisor.children["short"]
    child.failures = 6
    child.process.wait()
    clock.now = 100.0
    supervisor.tick()
    assert child.restart_at == 100.5
    supervisor.stop_all()


def test_child_that_ignores_the_signal_is_ended_by_force(tmp_path: Path) -> None:
    program = (
        "import signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('on', flush=True)\n"
        "signal.pause()"
    )
    log = tmp_path / "deaf.log"
    command = Command("deaf", [sys.executable, "-c", program], {}, log, stop_within_s=0.2)
    supervisor = Supervisor()
    supervisor.start(command)
    supervisor.await_ready("deaf", lambda: "on" in log.read_text(), 120)
    process: subprocess.Popen[bytes] = supervisor.children["deaf"].process
    supervisor.stop_all()
    assert process.returncode == -signal.SIGKILL


def test_phones_are_told_an_address_that_is_not_the_wildcard() -> None:
    assert address_for_phones("127.0.0.1") == "127.0.0.1"
    assert address_for_phones("10.1.2.3") == "10.1.2.3"
    assert address_for_phones("0.0.0.0") not in ("0.0.0.0", "")  # noqa: S104  # compared, not bound
