"""Which files are within reach of others, and what to type then."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from services.errors import SetupError
from services.storage.files import check_private, cure, write_private

OURS, THEIRS = os.geteuid(), os.geteuid() + 1


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A secret in a folder of a name that a shell would take apart."""
    folder = tmp_path / "it's here"
    folder.mkdir(mode=0o700)
    file = folder / ".env"
    file.touch(mode=0o600)
    return file


@pytest.mark.parametrize("mode", range(0o600, 0o700))
def test_our_own_file_is_ours_alone(file: Path, mode: int) -> None:
    file.chmod(mode)
    assert (cure(file) is None) == (mode == 0o600)


@pytest.mark.parametrize("mode", range(0o400, 0o500))
def test_a_file_of_another_user_is_read_by_its_group_at_most(
    file: Path, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.chmod(mode)
    monkeypatch.setattr("os.geteuid", lambda: THEIRS)
    assert (cure(file) is None) == (mode in (0o400, 0o440))


def test_what_is_to_be_typed_mends_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for owner in (OURS, THEIRS):
        monkeypatch.setattr("os.geteuid", lambda owner=owner: owner)
        for reached, mode in ((file, 0o644), (file, 0o666), (file.parent, 0o777)):
            reached.chmod(mode)
            subprocess.run(["sh", "-c", cure(file) or "false"], check=True)
            assert cure(file) is None


def test_a_folder_where_each_keeps_to_its_own_is_no_danger(file: Path) -> None:
    file.parent.chmod(0o1777)
    assert cure(file) is None


def test_what_is_no_file_is_not_looked_at(file: Path) -> None:
    file.unlink()
    assert cure(file) is None
    file.mkdir(mode=0o755)
    assert cure(file) is None


def test_the_line_names_the_file_and_says_where_to_read_on(file: Path) -> None:
    check_private(file)
    check_private(file.with_name("none"))
    file.chmod(0o644)
    with pytest.raises(SetupError) as refused:
        check_private(file)
    told = str(refused.value)
    assert "\n" not in told
    assert f"'{cure(file)}'" in told
    heading = told.partition("docs/operations.md, “")[2].partition("”")[0]
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    assert f"\n## {heading}\n" in page


def test_what_is_written_for_its_owner_is_theirs_alone(file: Path) -> None:
    new = file.with_name("new")
    write_private(new, b"1")
    file.write_bytes(b"longer than before")
    file.chmod(0o666)
    write_private(file, b"2")
    assert (new.read_bytes(), file.read_bytes()) == (b"1", b"2")
    assert {stat.S_IMODE(each.stat().st_mode) for each in (new, file)} == {0o600}


def test_what_was_there_before_gets_nothing_of_it(file: Path) -> None:
    """Neither whoever has the earlier file open, nor the target of a link in its place."""
    file.write_bytes(b"old")
    link = file.with_name("link")
    link.symlink_to(file)
    with file.open("rb") as opened:
        write_private(link, b"secret")
        write_private(file, b"secret")
        assert opened.read() == b"old"
    assert not link.is_symlink()
    assert [each.name for each in file.parent.iterdir() if each.name.startswith(".") and each != file] == []


def test_a_link_is_as_safe_as_what_it_leads_to(file: Path, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    real = tmp_path / "open" / "key"
    real.touch(mode=0o600)
    file.unlink()
    file.symlink_to(real)
    assert cure(file) is None
    (tmp_path / "open").chmod(0o777)
    assert cure(file) == f"chmod o-w {tmp_path / 'open'}"
