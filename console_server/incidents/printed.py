"""One case as a page to print and keep: its facts, every event, and the last hash of its chain.

Owns the form of the page; nothing is fetched by it, so that it can be kept as one file. Pure.
"""

import html
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from console_server.incidents.chain import Link
from console_server.incidents.words import (
    EVENTS,
    GROUP_STEPS,
    RATINGS,
    ROLES,
    SEVERITIES,
    SOURCES,
    STATUSES,
    STEPS,
    class_in_words,
)
from console_server.packs.pack import RulePack
from console_server.wire.cases import IncidentSummary

STYLE = (
    "body{font:14px/1.6 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:46em;margin:2em "
    "auto;padding:0 1em;color:#111}h1{font-size:1.4em;margin:0}table{border-collapse:collapse;"
    "width:100%;margin:1em 0}th,td{border:1px solid #bbb;padding:.3em .6em;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}th{background:#f3f3f3;white-space:nowrap}"
    "code{word-break:break-all}tr>td:not(:last-child){white-space:nowrap}"
    "tr,figure{break-inside:avoid}figure{display:inline-block;margin:0 1em 1em 0;width:21em}"
    "figure img{max-width:100%;display:block}figcaption{font-size:.85em}"
    "@media print{body{margin:0;max-width:none}}"
)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What is printed. `faults` of the chain are printed too: a page hides nothing."""

    summary: IncidentSummary
    description: str
    events: Sequence[Link]
    faults: Sequence[str]
    photos: Sequence["PrintedPhoto"] = ()


@dataclass(frozen=True, slots=True)
class PrintedPhoto:
    """A photo on the page: a small JPEG, and the hash of the whole one as the case file has it."""

    thumbnail: bytes
    added_at: datetime
    added_by: str
    sha256: bytes


def page(file: CaseFile, pack: RulePack, printed_at: datetime) -> str:
    """The page as HTML."""
    case, zone = file.summary, pack.zone
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{_safe(case.code)}</title>'
        f"<style>{STYLE}</style><h1>电子案卷 {_safe(case.code)}</h1><p>{_safe(case.title)}</p>"
        f"<table>{''.join(_row(*each) for each in _facts(file, pack))}</table>"
        f"{''.join(_figure(each, zone) for each in file.photos)}"
        "<table><tr><th>#</th><th>时间</th><th>经办</th><th>事项</th><th>内容</th></tr>"
        f"{''.join(_event_row(each, pack) for each in file.events)}</table>"
        f"<p>{_safe(_proof(file))}</p>"
        f"<p>{_safe(pack.name)} {_safe(case_rules(pack))} · 打印于 {_time(printed_at, zone)}</p>"
        "</html>"
    )


def case_rules(pack: RulePack) -> str:
    """The rule pack by which the case goes."""
    return f"规则包 {pack.code} {pack.version}"


def in_words(link: Link, pack: RulePack) -> tuple[str, str]:
    """What happened, and what there is to know of it, the people first and their words after."""
    body = dict(link.body)
    to = str(body.pop("to", ""))
    named: Mapping[str, Mapping[str, str]] = {
        "status": STATUSES,
        "dispatch": STEPS,
        "group_step": GROUP_STEPS,
    }
    what = EVENTS.get(link.kind, link.kind)
    if link.kind in named:
        what = named[link.kind].get(to, to)
    if link.kind == "ruled" and not body.get("granted"):
        body["granted"] = "不同意"
    said = [_said(name, body[name], pack) for name in _SHOWN if body.get(name) not in _NOTHING]
    return what, "；".join(said)


_NOTHING = (None, "", 0, False)
# In this order; what a case file holds besides is for machines.
_SHOWN: Mapping[str, str] = {
    "worker": "",
    "group": "职能组 ",
    "joint": "",
    "fallback": "",
    "code": "案卷 ",
    "requestKind": "",
    "days": "工作日 ",
    "hours": "工作时 ",
    "granted": "",
    "level": "",
    "role": "",
    "source": "来源 ",
    "rating": "评价 ",
    "stars": "评分 ",
    "reason": "",
    "text": "",
    "dueAt": "时限 ",
    "plannedAt": "应于 ",
    "filled": "补记 ",
    "sha256": "SHA-256 ",
}


def _said(name: str, value: Any, pack: RulePack) -> str:  # noqa: ANN401 - what a case file holds
    if name in {"dueAt", "plannedAt"}:
        return _SHOWN[name] + _time(datetime.fromisoformat(str(value)), pack.zone)
    if name in {"days", "hours"}:
        return f"{_SHOWN[name]}{value:g}"
    if name == "filled":
        return _SHOWN[name] + "、".join(STEPS.get(each, each) for each in str(value).split(","))
    words: Mapping[Any, str] = {
        "role": ROLES,
        "requestKind": STATUSES,
        "rating": RATINGS,
        "source": SOURCES,
        "joint": {True: "联合执法"},
        "fallback": {True: "兜底"},
        "granted": {True: "同意"},
        "group": {each.code: each.name for each in pack.groups},
    }.get(name, {})  # type: ignore[assignment]
    return _SHOWN[name] + words.get(value, str(value))


def _facts(file: CaseFile, pack: RulePack) -> list[tuple[str, str]]:
    case = file.summary
    place = "" if case.lon is None or case.lat is None else f"{case.lon:.6f}, {case.lat:.6f}"
    return [
        ("状态", STATUSES.get(case.status, case.status)),
        ("类别", class_in_words(case.class_code, pack)),
        ("等级", SEVERITIES.get(case.severity, str(case.severity))),
        ("来源", SOURCES.get(case.source, case.source)),
        ("地点", " ".join(each for each in (case.place, place, case.grid_code) if each)),
        ("情况", file.description),
        ("上报", _time(case.reported_at, pack.zone)),
        ("时限", _time(case.due_at, pack.zone)),
        ("办结", _time(case.closed_at, pack.zone)),
    ]


def _proof(file: CaseFile) -> str:
    if file.faults:
        return f"案卷校验未通过: {'; '.join(file.faults)}"
    last = file.events[-1].hash if file.events else None
    return f"案卷校验通过, 末条 SHA-256: {last.hex() if last else '-'}"


def _figure(photo: PrintedPhoto, zone: ZoneInfo) -> str:
    source = f"data:image/jpeg;base64,{b64encode(photo.thumbnail).decode()}"
    said = f"{photo.added_by} {_time(photo.added_at, zone)}"
    return (
        f'<figure><img src="{source}" alt="照片"><figcaption>{_safe(said)}<br>'
        f"<code>SHA-256 {photo.sha256.hex()}</code></figcaption></figure>"
    )


def _event_row(link: Link, pack: RulePack) -> str:
    what, said = in_words(link, pack)
    cells = (str(link.version), _time(link.at, pack.zone), link.actor, what, said)
    return f"<tr>{''.join(f'<td>{_safe(each)}</td>' for each in cells)}</tr>"


def _row(head: str, text: str) -> str:
    return f"<tr><th>{_safe(head)}</th><td>{_safe(text)}</td></tr>"


def _time(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _safe(text: str) -> str:
    return html.escape(text)
