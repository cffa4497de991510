"""Stay-point detection by trackintel, in an environment of its own: prints the seconds it took.

    .setup/peers/bin/python tests/bench/peer_staypoints.py FIXES.npz ROUNDS

The file holds the arrays worker, at_us, lon, lat. Only the detection is timed, not the making of
trackintel's tables.
"""

import json
import sys
import time
import warnings
from importlib.metadata import version

import geopandas
import numpy as np
import pandas as pd
import trackintel

warnings.filterwarnings("ignore")


def main(file: str, rounds: int) -> None:
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
    spent_s, found = [], 0
    for _ in range(rounds):
        began = time.perf_counter()
        _, stays = fixes.generate_staypoints(method="sliding")
        spent_s.append(time.perf_counter() - began)
        found = len(stays)
    said = {"seconds": spent_s, "stays": found, "version": version("trackintel")}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
