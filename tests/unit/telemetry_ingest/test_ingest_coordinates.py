from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest_builders import fixes

from telemetry_ingest import coordinates
from telemetry_ingest.fix import Floats
from telemetry_ingest.movement import distance_m
from telemetry_ingest.wire.handset import Datum

Lonlat = tuple[float, float]
Transform = Callable[..., tuple[Floats, Floats]]
in_china = st.tuples(st.floats(75, 134), st.floats(18, 53))


@given(st.lists(in_china, min_size=1, max_size=50))
@pytest.mark.parametrize(
    ("forward", "inverse"),
    [
        (coordinates.wgs84_to_gcj02, coordinates.gcj02_to_wgs84),
        (coordinates.wgs84_to_bd09, coordinates.bd09_to_wgs84),
    ],
)
def test_there_and_back_is_the_same_place_to_a_millimetre(
    forward: Transform, inverse: Transform, places: list[Lonlat]
) -> None:
    lon, lat = np.array(places).T
    back_lon, back_lat = inverse(*forward(lon, lat))
    assert distance_m(lon, lat, back_lon, back_lat).max() < 0.001


@pytest.mark.parametrize(
    ("wgs84", "gcj02", "bd09"),
    [  # from the tests of geotool, whose ellipsoid differs a little
        (
            (121.0917077, 30.6107779),
            (121.09626935575027, 30.608604331756705),
            (121.10271732371203, 30.61484572185035),
        ),
    ],
)
def test_known_places_come_out_as_others_have_them(
    wgs84: Lonlat, gcj02: Lonlat, bd09: Lonlat
) -> None:
    there = coordinates.wgs84_to_gcj02(*(np.array([v]) for v in wgs84))
    assert (there[0][0], there[1][0]) == pytest.approx(gcj02, abs=1e-7)
    there = coordinates.wgs84_to_bd09(*(np.array([v]) for v in wgs84))
    assert (there[0][0], there[1][0]) == pytest.approx(bd09, abs=1e-7)


def test_gcj02_of_tiananmen_is_as_coordtransform_publishes_it() -> None:
    there = coordinates.wgs84_to_gcj02(np.array([116.404]), np.array([39.915]))
    published = (116.41024449916938, 39.91640428150164)
    assert (there[0][0], there[1][0]) == pytest.approx(published, abs=1e-9)


@given(st.floats(-180, 71), st.floats(-90, 90))
def test_outside_of_china_gcj02_is_wgs84(lon: float, lat: float) -> None:
    assert coordinates.point_to_wgs84(lon, lat, Datum.GCJ02) == (lon, lat)


@given(
    st.lists(
        st.fixed_dictionaries({"lon": st.floats(), "lat": st.floats(), "datum": st.integers(0, 2)}),
        max_size=20,
    )
)
def test_any_number_is_converted_without_complaint(rows: list[dict[str, float]]) -> None:
    converted = coordinates.to_wgs84(fixes(rows))
    assert (converted.datum == 0).all()
    for row, lon in zip(rows, converted.lon, strict=True):
        if row["datum"] == 0:
            assert np.array_equal(lon, row["lon"], equal_nan=True)


def test_a_batch_of_all_datums_is_converted_each_by_its_own() -> None:
    true = np.array([118.605]), np.array([32.005])
    gcj, bd = coordinates.wgs84_to_gcj02(*true), coordinates.wgs84_to_bd09(*true)
    rows = [
        {"datum": 0},
        {"datum": 1, "lon": gcj[0][0], "lat": gcj[1][0]},
        {"datum": 2, "lon": bd[0][0], "lat": bd[1][0]},
    ]
    converted = coordinates.to_wgs84(fixes(rows))
    assert converted.lon == pytest.approx([118.605] * 3, abs=1e-9)
    assert converted.lat == pytest.approx([32.005] * 3, abs=1e-9)
