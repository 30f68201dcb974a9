"""The way in of `make`: what stops it says so in one line, what is there already is not made again.

Nothing is installed: Python, dpkg and the rest are small scripts that pretend.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Pretends to be a Python: answers its version, makes a .venv with itself in it, notes what it is asked.
PYTHON = """#!/bin/sh
echo "$*" >>"{log}"
case "$*" in
    *version_info*) printf %s "{version}" ;;
    *ensurepip*) exit {venv} ;;
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *"pip install"*) echo "pip said this"; exit {pip} ;;
esac
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of what `make` reads, in a folder with a space in its name."""
    folder = tmp_path / "a house"
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "packages.txt"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "requirements.lock").write_text("one==1\n", encoding="utf-8")
    (folder / "requirements-dev.lock").write_text("one==1\ntwo==2\n", encoding="utf-8")
    return folder


def _script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def _python(
    house: Path, name: str = "python3.11", version: str = "3.11.2", *, venv: int = 0, pip: int = 0
) -> tuple[Path, Path]:
    log = house.parent / "asked.txt"
    text = PYTHON.format(log=log, version=version, venv=venv, pip=pip)
    return _script(house.parent / "bin" / name, text), log


def _make(house: Path, *args: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHON"}}
    if path is not None:
        env["PATH"] = str(path)
    make = shutil.which("make")
    assert make is not None, "install the Debian package make"
    return subprocess.run(
        [make, *args], cwd=house, env=env, capture_output=True, text=True, encoding="utf-8", timeout=30, check=False
    )


def _one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The only line besides make's own."""
    assert done.returncode == 2
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make:")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize("target", ["run", "test", "check", "texts"])
def test_an_old_python_is_named(house: Path, target: str) -> None:
    python, _log = _python(house, "python3.9", "3.9.18")
    (house / "packages.txt").write_text("", encoding="utf-8")
    line = _one_line(_make(house, target, f"PYTHON={python}"))
    assert "python3.9' is Python 3.9.18, and 3.11 or newer is needed" in line
    assert "PYTHON=" in line
    assert not (house / ".venv").exists()


@pytest.mark.parametrize("version", ["2.7.18", "3.10.0"])
def test_every_older_python_is_refused(house: Path, version: str) -> None:
    python, _log = _python(house, version=version)
    assert f"is Python {version}, and 3.11 or newer" in _one_line(_make(house, "run", f"PYTHON={python}"))


@pytest.mark.parametrize("version", ["3.11.0", "3.14.1", "4.0.0"])
def test_every_newer_python_will_do(house: Path, version: str) -> None:
    python, _log = _python(house, version=version)
    assert _make(house, "env", f"PYTHON={python}").returncode == 0


def test_a_python_without_venv_is_named_with_its_package(house: Path) -> None:
    python, _log = _python(house, version="3.11.2", venv=1)
    line = _one_line(_make(house, "run", f"PYTHON={python}"))
    assert "(Python 3.11.2) has no venv module" in line
    assert "apt install python3.11-venv" in line
    assert not (house / ".venv").exists()


def test_a_python_that_is_not_there_is_named(house: Path) -> None:
    assert "not found as 'python-of-nobody'" in _one_line(_make(house, "run", "PYTHON=python-of-nobody"))


@pytest.mark.parametrize("says", ["", "hello", "3.x"])
def test_what_is_no_python_is_named(house: Path, says: str) -> None:
    python, _log = _python(house, version=says)
    assert "does not run as a Python" in _one_line(_make(house, "run", f"PYTHON={python}"))


def test_run_installs_once_and_then_starts_the_bot_at_once(house: Path) -> None:
    python, log = _python(house)
    first = _make(house, "run", f"PYTHON={python}")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith("Installing what is needed into .venv")
    asked = log.read_text(encoding="utf-8").splitlines()
    assert [line for line in asked if "pip install" in line] == [
        "-m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r build/requirements.lock"
    ]
    assert asked[-1] == "-m bot"

    log.unlink()
    second = _make(house, "run", f"PYTHON={python}")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert log.read_text(encoding="utf-8").splitlines() == ["-c import pip", "-m bot"]


def test_a_changed_lock_is_installed_again(house: Path) -> None:
    python, log = _python(house)
    _make(house, "env", f"PYTHON={python}")
    (house / "requirements.lock").write_text("one==2\n", encoding="utf-8")
    log.unlink()
    assert _make(house, "env", f"PYTHON={python}").returncode == 0
    asked = log.read_text(encoding="utf-8")
    assert "pip install" in asked
    assert "-m venv" not in asked


def test_the_two_environments_do_not_fight(house: Path) -> None:
    python, log = _python(house)
    for target, installs in (("env", 1), ("env-dev", 2), ("env", 2), ("env-dev", 2)):
        assert _make(house, target, f"PYTHON={python}").returncode == 0
        assert log.read_text(encoding="utf-8").count("pip install") == installs


def test_a_dev_environment_serves_to_run(house: Path) -> None:
    python, log = _python(house)
    assert _make(house, "-j4", "env-dev", "env", f"PYTHON={python}").returncode == 0
    assert log.read_text(encoding="utf-8").count("pip install") == 1


def test_a_broken_environment_is_made_anew(house: Path) -> None:
    python, log = _python(house)
    _make(house, "env", f"PYTHON={python}")
    _script(house / ".venv" / "bin" / "python", "#!/bin/sh\nexit 1\n")
    assert _make(house, "env", f"PYTHON={python}").returncode == 0
    assert log.read_text(encoding="utf-8").count("-m venv --clear .venv") == 2


def test_a_failed_installation_shows_its_end_and_is_tried_again(house: Path) -> None:
    python, log = _python(house, pip=1)
    done = _make(house, "run", f"PYTHON={python}")
    assert done.returncode == 2
    assert "pip said this" in done.stderr
    assert "all of them are in build/install.log" in done.stderr
    assert "-m bot" not in log.read_text(encoding="utf-8")
    _make(house, "run", f"PYTHON={python}")
    assert log.read_text(encoding="utf-8").count("pip install") == 2


def test_texts_are_compiled_only_when_they_changed(house: Path) -> None:
    python, log = _python(house)
    po = house / "locales" / "ru" / "LC_MESSAGES" / "nomerok.po"
    po.parent.mkdir(parents=True)
    po.write_text("", encoding="utf-8")
    assert _make(house, "run", f"PYTHON={python}").returncode == 0
    assert "compile -i locales/ru/LC_MESSAGES/nomerok.po -o locales/ru/LC_MESSAGES/nomerok.mo" in log.read_text()
    po.with_suffix(".mo").write_text("", encoding="utf-8")
    log.unlink()
    assert _make(house, "run", f"PYTHON={python}").returncode == 0
    assert "compile" not in log.read_text()


class TestSystem:
    """`make system` in a house whose only commands are those that a test puts there."""

    @pytest.fixture
    def commands(self, house: Path) -> Path:
        folder = house.parent / "commands"
        folder.mkdir()
        for name in ("sh", "sed", "mkdir", "tail"):
            found = shutil.which(name)
            assert found is not None
            (folder / name).symlink_to(found)
        (house / "packages.txt").write_text("# wanted\nchromium  # a browser\nother\n", encoding="utf-8")
        return folder

    def _debian(self, folder: Path, *, installed: str, uid: int, apt: int = 0) -> Path:
        log = folder.parent / "apt.txt"
        log.touch()
        answer = f'case "$3" in {installed}) printf installed ;; *) exit 1 ;; esac'
        _script(folder / "dpkg-query", f"#!/bin/sh\n{answer}\n")
        _script(folder / "apt-get", f'#!/bin/sh\necho "$*" >>"{log}"\necho "apt said this"\nexit {apt}\n')
        _script(folder / "id", f"#!/bin/sh\necho {uid}\n")
        return log

    def test_nothing_missing_is_silent(self, house: Path, commands: Path) -> None:
        log = self._debian(commands, installed="chromium|other", uid=1000)
        done = _make(house, "system", path=commands)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert log.read_text() == ""

    def test_without_rights_the_missing_are_named(self, house: Path, commands: Path) -> None:
        self._debian(commands, installed="other", uid=1000)
        line = _one_line(_make(house, "system", path=commands))
        assert "'sudo apt-get install chromium'" in line

    def test_sudo_that_asks_for_a_password_is_no_right(self, house: Path, commands: Path) -> None:
        self._debian(commands, installed="other", uid=1000)
        _script(commands / "sudo", "#!/bin/sh\nexit 1\n")
        assert "apt-get install chromium'" in _one_line(_make(house, "system", path=commands))

    def test_root_installs_only_the_missing(self, house: Path, commands: Path) -> None:
        log = self._debian(commands, installed="other", uid=0)
        done = _make(house, "system", path=commands)
        assert (done.returncode, done.stdout) == (0, "Installing Debian packages: chromium…\n")
        assert log.read_text() == "install -y --no-install-recommends chromium\n"

    def test_sudo_installs(self, house: Path, commands: Path) -> None:
        log = self._debian(commands, installed="none", uid=1000)
        _script(commands / "sudo", '#!/bin/sh\nshift\n[ "$1" = true ] || exec "$@"\n')
        assert _make(house, "system", path=commands).returncode == 0
        assert log.read_text() == "install -y --no-install-recommends chromium other\n"

    def test_a_failed_installation_shows_its_end(self, house: Path, commands: Path) -> None:
        log = self._debian(commands, installed="none", uid=0, apt=100)
        done = _make(house, "system", path=commands)
        assert done.returncode == 2
        assert "apt said this" in done.stderr
        assert "could not be installed: chromium other" in done.stderr
        assert log.read_text().splitlines()[1] == "update"

    def test_where_there_is_no_debian_a_command_will_do(self, house: Path, commands: Path) -> None:
        _script(commands / "chromium", "#!/bin/sh\n")
        assert "The tests need other:" in _one_line(_make(house, "system", path=commands))
        _script(commands / "other", "#!/bin/sh\n")
        assert _make(house, "system", path=commands).returncode == 0


def test_help_comes_first_and_lists_every_command(house: Path) -> None:
    done = _make(house)
    assert done.returncode == 0
    listed = re.findall(r"^  make (\S+) ", done.stdout, re.MULTILINE)
    assert listed == [
        *("help", "run", "test", "monkey", "check", "screens", "bench", "bench-quick", "texts", "lock", "system"),
    ]


def test_the_locks_agree() -> None:
    """Both are installed into one environment: every pin of the run lock stands in the dev lock."""

    def pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", text, re.MULTILINE))

    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert len(run) > 20
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_record_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "--hash=sha256:" in text
    assert "://" not in text


class TestAxe:
    """`make axe` with an npm that pretends."""

    @pytest.fixture
    def commands(self, house: Path) -> Path:
        folder = house.parent / "commands"
        folder.mkdir()
        for name in ("sh", "mkdir", "tail", "sed", "rm", "rmdir", "sha512sum"):
            found = shutil.which(name)
            assert found is not None
            (folder / name).symlink_to(found)
        (house / "packages.txt").write_text("", encoding="utf-8")
        return folder

    def test_a_package_that_is_not_the_pinned_one_is_not_taken(self, house: Path, commands: Path) -> None:
        made = '#!/bin/sh\necho other >build/axe/"$(echo "$5" | sed s/@/-/)".tgz\n'
        _script(commands / "npm", made)
        done = _make(house, "axe", path=commands)
        assert done.returncode == 0, "the other tests go on"
        assert "axe-core could not be had" in done.stderr
        assert "FAILED" in done.stderr
        assert [each.name for each in (house / "build" / "axe").iterdir()] == ["npm.log"]

    def test_what_is_there_is_not_fetched_again(self, house: Path, commands: Path) -> None:
        version = re.search(r"^version=(.+)$", (house / "scripts" / "axe.sh").read_text(), re.MULTILINE)
        assert version is not None
        _script(house / "build" / "axe" / f"axe-{version[1]}.min.js", "")
        done = _make(house, "axe", path=commands)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
