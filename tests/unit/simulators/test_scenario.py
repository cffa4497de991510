from pathlib import Path

import pytest

from simulators.scenario import ScenarioError, load_scenario, shipped_scenarios


@pytest.mark.parametrize("name", ["demo", "calm", "storm"])
def test_shipped_scenarios_are_valid(name: str) -> None:
    assert name in shipped_scenarios()
    assert load_scenario(name).fixes.moving_every_s > 0


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[reports]\nevery_s = 'often'", "$.reports.every_s"),
        ("[radio]\noutage_share = 1.5", "$.radio.outage_share"),
        ("[orders]\nacknowlege_s = [1, 2]", "acknowlege_s"),
        ("[orders]\nhandle_s = [1]", "$.orders.handle_s"),
        ("[reports\n", "TOML"),
    ],
)
def test_a_wrong_key_or_value_is_named(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ScenarioError, match=r"mine\.toml") as error:
        load_scenario(str(path))
    assert named in str(error.value)


def test_an_unknown_name_lists_the_shipped_ones() -> None:
    with pytest.raises(ScenarioError, match="calm, demo, storm"):
        load_scenario("carnival")
