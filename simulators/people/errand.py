"""Owns how a worker deals with orders: taking, queueing, going, handling, clearing, dropping.

It keeps to the handset's rules (the highest version of a dispatch counts, a repeated one changes
nothing) and knows no map: `Feet` walk. Driven by `step`; time and chance are arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from math import inf
from random import Random
from typing import Final, Protocol

from simulators.scenario import OrderPlan
from telemetry_ingest.wire.handset import OrderMessage, ProgressMessage, ProgressStep

SET_OUT_S: Final = (2.0, 8.0)  # shoes on, phone away
REFUSALS: Final = ("正在处理另一起纠纷,走不开", "距离较远,请就近派人", "电动车没电,暂时过不去")
NOTES: Final = (
    "现场已处理完毕",
    "已劝导整改,当事人配合",
    "已清理干净,拍照留存",
    "已设置警示标志并通知维修",
    "现场核实无误,已当场解决",
)
OFF_DUTY: Final = "已下班,不在岗"


class Feet(Protocol):
    """What carries a worker."""

    def set_out(self, order: OrderMessage, at_s: float) -> float:
        """Start for the order's place; returns when it is reached."""

    def turn_back(self, at_s: float) -> None:
        """Stop going wherever it was and take the day up again."""


class Stage(IntEnum):
    """How far an errand is."""

    ARRIVED = 0  # on the phone, not yet looked at
    TAKEN = 1  # acknowledged, waits for its turn
    SETTING_OUT = 2
    TRAVELLING = 3
    HANDLING = 4


@dataclass(slots=True)
class Errand:
    """One order on the way; `due_s` is when its next stage begins."""

    order: OrderMessage
    stage: Stage
    due_s: float


@dataclass(slots=True)
class Errands:
    """All orders of one worker, the one in hand first."""

    plan: OrderPlan
    draw: Random
    feet: Feet
    say: Callable[[ProgressMessage], None]
    _versions: dict[str, int] = field(default_factory=dict)
    _open: list[Errand] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        """Whether an order keeps the worker from going home."""
        return bool(self._open)

    @property
    def due_s(self) -> float:
        """When the next step is due; infinity while there is none."""
        return min((errand.due_s for errand in self._open), default=inf)

    def receive(self, order: OrderMessage, now_s: float, *, on_duty: bool = True) -> None:
        """Take in what the centre sent: a new order, its withdrawal, or one known already."""
        known = self._versions.get(order.dispatch)
        if known is not None and order.version <= known:
            return
        self._versions[order.dispatch] = order.version
        if order.action == "withdraw":
            self._drop(order.dispatch, now_s)
        elif known is None and not on_duty:
            self._tell(order, ProgressStep.DECLINED, now_s, OFF_DUTY)
        elif known is None:
            due_s = now_s + self.draw.uniform(*self.plan.acknowledge_s)
            self._open.append(Errand(order, Stage.ARRIVED, due_s))

    def take_up(self, order: OrderMessage, now_s: float, *, acknowledged: bool) -> None:
        """Go on with an order from before this phone was restarted."""
        if not acknowledged:
            self.receive(order, now_s)
        elif order.dispatch not in self._versions:
            self._versions[order.dispatch] = order.version
            self._open.append(Errand(order, Stage.TAKEN, inf))
            self._next(now_s)

    def step(self, now_s: float) -> None:
        """Do everything that is due, in the order of time."""
        while self._open and self.due_s <= now_s:
            errand = min(self._open, key=lambda each: each.due_s)
            _ADVANCE[errand.stage](self, errand, errand.due_s)

    def _answer(self, errand: Errand, at_s: float) -> None:
        if self.draw.random() < self.plan.decline_share:
            self._tell(errand.order, ProgressStep.DECLINED, at_s, self.draw.choice(REFUSALS))
            self._open.remove(errand)
        else:
            self._tell(errand.order, ProgressStep.ACKNOWLEDGED, at_s)
            errand.stage, errand.due_s = Stage.TAKEN, inf
        self._next(at_s)

    def _next(self, at_s: float) -> None:
        """Begin the oldest order taken, unless one is in hand."""
        if any(errand.stage >= Stage.SETTING_OUT for errand in self._open):
            return
        taken = next((errand for errand in self._open if errand.stage is Stage.TAKEN), None)
        if taken is not None:
            taken.stage, taken.due_s = Stage.SETTING_OUT, at_s + self.draw.uniform(*SET_OUT_S)

    def _set_out(self, errand: Errand, at_s: float) -> None:
        self._tell(errand.order, ProgressStep.EN_ROUTE, at_s)
        errand.stage, errand.due_s = Stage.TRAVELLING, self.feet.set_out(errand.order, at_s)

    def _arrive(self, errand: Errand, at_s: float) -> None:
        self._tell(errand.order, ProgressStep.ON_SCENE, at_s)
        errand.stage = Stage.HANDLING
        errand.due_s = at_s + self.draw.uniform(*self.plan.handle_s)

    def _clear(self, errand: Errand, at_s: float) -> None:
        self._tell(errand.order, ProgressStep.CLEARED, at_s, self.draw.choice(NOTES))
        self._finish(errand, at_s)

    def _finish(self, errand: Errand, at_s: float) -> None:
        self._open.remove(errand)
        self._next(at_s)
        if not any(each.stage is Stage.SETTING_OUT for each in self._open):
            self.feet.turn_back(at_s)

    def _drop(self, dispatch: str, now_s: float) -> None:
        errand = next((each for each in self._open if each.order.dispatch == dispatch), None)
        if errand is None:
            return
        if errand.stage >= Stage.TRAVELLING:
            self._finish(errand, now_s)
        else:
            self._open.remove(errand)
            self._next(now_s)

    def _tell(
        self, order: OrderMessage, step: ProgressStep, at_s: float, note: str | None = None
    ) -> None:
        self.say(ProgressMessage(order.dispatch, step, round(at_s, 3), note))


_ADVANCE: Final = {
    Stage.ARRIVED: Errands._answer,  # noqa: SLF001
    Stage.SETTING_OUT: Errands._set_out,  # noqa: SLF001
    Stage.TRAVELLING: Errands._arrive,  # noqa: SLF001
    Stage.HANDLING: Errands._clear,  # noqa: SLF001
}
