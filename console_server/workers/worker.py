"""A worker as the server thinks of one; no I/O."""

from dataclasses import dataclass
from typing import Literal

WorkerKind = Literal["full_time", "part_time", "volunteer"]


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """All that is kept of a worker. `area_id` is the subdistrict, the partition of handsets."""

    code: str
    name: str
    kind: WorkerKind
    phone: str | None
    area_id: int
    group_id: int | None
    skills: tuple[str, ...]
    grid_ids: frozenset[int]
    post: str = ""  # of the pack's staffing, such as 网格指导员
