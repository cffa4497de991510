"""Stay-point detection by trackintel, in an environment of its own: one round for each line told.

    .setup/peers/bin/python tests/bench/peer_staypoints.py FIXES.npz

The file holds the arrays worker, at_us, lon, lat. The first line that it says is its version, every
further one the seconds of a round. Only the detection is timed, not the making of trackintel's
tables.
"""

import sys
import time
import warnings
from importlib.metadata import version

import geopandas
import numpy as np
import pandas as pd
import trackintel

warnings.filterwarnings("ignore")


def main(file: str) -> None:
    held = np.load(file)
    table = geopandas.GeoDataFrame(
        {
            "user_id": held["worker"],
            "tracked_at": pd.to_datetime(held["at_us"], unit="us", utc=True),
        },
        geometry=geopandas.points_from_xy(held["lon"], held["lat"]),
        crs="EPSG:4326",
    )
    fixes = trackintel.Positionfixes(table)
    _say(version("trackintel"))
    for _ in sys.stdin:
        began = time.perf_counter()
        fixes.generate_staypoints(method="sliding")
        _say(str(time.perf_counter() - began))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
