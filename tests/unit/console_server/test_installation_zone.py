"""Days begin in ingest when they begin in the rule pack."""

from pathlib import Path

import pytest

from console_server.command_line.installation import zone_of_pack
from console_server.embedded.errors import StackError
from console_server.packs.pack import load_pack


def test_zone_is_that_of_the_pack_in_force(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text(load_pack("gaoxin").text.replace("Asia/Shanghai", "America/New_York"))
    assert zone_of_pack({}) == "Asia/Shanghai"
    assert zone_of_pack({"GRIDBEAT_PACK": str(elsewhere)}) == "America/New_York"
    with pytest.raises(StackError, match="nowhere"):
        zone_of_pack({"GRIDBEAT_PACK": "nowhere"})
