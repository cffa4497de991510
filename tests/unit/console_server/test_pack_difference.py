"""What differs between two rule packs, and the commands that say it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console_server.cli import main
from console_server.packs.difference import Difference, differences
from console_server.packs.pack import SHIPPED, load_pack, shipped_packs

XINGDIAN = load_pack("xingdian").text


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["packs", *arguments], env={"GRIDBEAT_DATA_DIR": ""})


@pytest.mark.parametrize("code", shipped_packs())
def test_a_pack_does_not_differ_from_itself(code: str) -> None:
    text = load_pack(code).text
    assert differences(text, text) == []


def test_classes_are_known_by_their_code_wherever_they_stand() -> None:
    before = '[[classes]]\ncode = "1"\nname = "a"\n[[classes]]\ncode = "2"\nname = "b"\n'
    after = (
        '[[classes]]\ncode = "3"\nname = "c"\n[[classes]]\ncode = "2"\nname = "B"\n'
        '[[classes]]\ncode = "1"\nname = "a"\n'
    )
    assert differences(before, after) == [
        Difference("changed", "classes[2].name", "b", "B"),
        Difference("added", "classes[3]", after={"code": "3", "name": "c"}),
    ]


def test_values_tables_and_plain_lists_are_named_by_their_keys() -> None:
    before = 'steps = ["a", "b"]\n[share]\nmin_share = "1/3"\n[old]\nx = 08:30:00\n'
    after = 'steps = ["a"]\n[share]\nmin_share = "1/2"\n'
    assert differences(before, after) == [
        Difference("changed", "steps", ["a", "b"], ["a"]),
        Difference("changed", "share.min_share", "1/3", "1/2"),
        Difference("removed", "old", {"x": "08:30:00"}),
    ]


def test_command_says_the_difference_in_lines_and_as_json(tmp_path: Path) -> None:
    changed = tmp_path / "mine.toml"
    changed.write_text(XINGDIAN.replace("warn_before_s = 1800", "warn_before_s = 900"), "utf-8")
    said = run("diff", "xingdian", str(changed))
    assert said.exit_code == 0, said.output
    assert said.output.splitlines()[1:] == ["~ dispatch.warn_before_s: 1800 → 900"]
    told = json.loads(run("diff", "xingdian", str(changed), "--json").output)
    path = "dispatch.warn_before_s"
    assert told == [{"kind": "changed", "path": path, "before": 1800, "after": 900}]
    assert run("diff", "xingdian", "xingdian").output.splitlines()[1:] == ["no difference"]


def test_command_names_every_fault_by_file_and_line(tmp_path: Path) -> None:
    faulty = tmp_path / "mine.toml"
    faulty.write_text(XINGDIAN.replace('group = "zhian"', 'group = "nope"'), "utf-8")
    said = run("check", str(faulty))
    line = XINGDIAN.splitlines().index('group = "zhian"') + 1
    assert said.exit_code == 1
    assert f"mine.toml:{line}: classes 02: group nope does not exist" in said.output


@pytest.mark.parametrize("code", shipped_packs())
def test_command_finds_every_shipped_pack_sound(code: str) -> None:
    said = run("check", str(SHIPPED / f"{code}.toml"))
    assert said.exit_code == 0, said.output
    assert said.output.startswith(f"{code} {load_pack(code).version}: sound")
    assert run("show", code).output.strip() == load_pack(code).text.strip()


def test_command_lists_the_shipped_packs() -> None:
    told = json.loads(run("list", "--json").output)
    assert [each["code"] for each in told["shipped"]] == list(shipped_packs())
    assert told["kept"] == []


def test_unknown_pack_is_said_plainly() -> None:
    said = run("show", "nowhere")
    assert said.exit_code == 1
    assert "nowhere.toml: No such file" in said.output
