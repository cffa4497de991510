from console_server.packs.pack import load_pack
from console_server.wire.packs import Pack, PackClass
from simulators.noise import random_of
from simulators.reports import Desk, Pace
from simulators.scenario import ReportPlan
from telemetry_ingest.wire.handset import ReportMessage


def pack_of(*names: str) -> Pack:
    top = PackClass("00", "类", None, 2, None, example=True)
    leaves = [
        PackClass(f"0{i}", name, "00", 2, None, example=True) for i, name in enumerate(names, 1)
    ]
    return Pack("p", "1", "p", "Asia/Shanghai", [top, *leaves], [])


def drawn(desk: Desk, number: int = 60) -> list[ReportMessage]:
    return [desk.report(1.0, 118.5, 32.1) for _ in range(number)]


def test_words_and_class_of_a_report_fit() -> None:
    desk = Desk(pack_of("井盖缺失", "占道经营", "一键求助"), random_of(1))
    for report in drawn(desk):
        assert report.title
        assert ("井盖" in report.title) == (report.cls == "01")
        assert report.cls in {"01", "02"}
        assert report.text


def test_every_report_has_its_own_client_id() -> None:
    reports = drawn(Desk(pack_of("井盖缺失"), random_of(1)))
    assert len({report.id for report in reports}) == len(reports)


def test_an_unknown_pack_lends_its_own_class_names() -> None:
    desk = Desk(pack_of("Stray cattle"), random_of(1))
    assert drawn(desk, 1)[0].title == "Stray cattle"


def test_the_shipped_pack_has_classes_for_most_of_the_catalogue() -> None:
    rules = load_pack("xingdian")
    classes = [PackClass(c.code, c.name, c.parent, 2, None, example=False) for c in rules.classes]
    desk = Desk(Pack("x", "1", "x", "Asia/Shanghai", classes, []), random_of(1))
    assert len({report.title for report in drawn(desk, 400)}) > 12


def test_incidents_come_early_at_first_then_slowly_and_never_past_the_limit() -> None:
    plan = ReportPlan(
        first_after_s=20, early_every_s=50, early_for_s=300, every_s=180, open_limit=5
    )
    pace, came = Pace(plan, random_of(1), began_s=0.0), list[int]()
    for second in range(3600):
        if pace.is_due(float(second), open_count=0):
            came.append(second)
    assert came[0] == 20
    assert 5 <= sum(second < 320 for second in came) <= 9
    assert 12 <= sum(second > 600 for second in came) <= 23
    pace = Pace(plan, random_of(1), began_s=0.0)
    assert not any(pace.is_due(float(second), open_count=5) for second in range(3600))
