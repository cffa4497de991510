"""What is known of everybody who might be sent, as columns, and of where somebody is needed.

Owns these values; not where they come from (`candidates.py`) nor what follows from them
(`circumstances.py`, `recommendation.py`, `reasons.py`). Pure.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius, IUGG

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is needed: lon/lat degrees WGS-84, grid, group and skill if known."""

    lon: float
    lat: float
    grid_id: int | None = None
    group_code: str | None = None
    skill: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """Columns of one length, one row a worker. NaN is unknown, `grid_id` 0 none.

    `reachable`: a handset can take the order. `excluded`: on this incident already. `refused`:
    declined it, or did not answer. `wanted`: let through by the dispatcher's filter.
    `rest_left_s`: of the rest after the last order. `shift_left_s`: to the end of the shift, `inf`
    unknown.
    """

    lon: Floats
    lat: Floats
    presence: NDArray[np.uint8]
    fix_age_s: Floats
    accuracy_m: Floats
    battery: Floats
    grid_id: NDArray[np.int32]
    own_grid: Bools
    own_group: Bools
    skilled: Bools
    open_dispatches: NDArray[np.int32]
    rest_left_s: Floats
    shift_left_s: Floats
    reachable: Bools
    excluded: Bools
    refused: Bools
    wanted: Bools


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: a message key and its values."""

    code: str
    values: dict[str, str | int | float] = field(default_factory=dict)


def distances_m(lon: Floats, lat: Floats, place: Place) -> Floats:
    """Great-circle distances to the place. Source: haversine formula."""
    phi, phi0 = np.radians(lat), np.radians(place.lat)
    half_phi, half_lambda = (phi - phi0) / 2, np.radians(lon - place.lon) / 2
    a = np.sin(half_phi) ** 2 + np.cos(phi) * np.cos(phi0) * np.sin(half_lambda) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(a)))
