"""PromQL of names and values that are data: whatever they hold, none ends its quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_CLASSIC_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CLASSIC_METRIC = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_META = re.compile(r"[\\.+*?()|\[\]{}^$]")


def quoted(text: str) -> str:
    """Return a string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def label(name: str) -> str:
    """Return a label's name as a query has it: quoted where Prometheus 3 alone knows such."""
    return name if _CLASSIC_LABEL.fullmatch(name) else quoted(name)


def is_classic_label(name: str) -> bool:
    """Return whether every version of Prometheus takes a label of that name."""
    return _CLASSIC_LABEL.fullmatch(name) is not None


def is_classic_metric(name: str) -> bool:
    """Return whether every version of Prometheus takes a metric of that name."""
    return _CLASSIC_METRIC.fullmatch(name) is not None


def one_of(values: Iterable[str]) -> str:
    """Return a string literal of the regular expression that matches these values alone."""
    return quoted("|".join(_META.sub(r"\\\g<0>", each) for each in values))


def selector(
    metric: str, where: Mapping[str, str], exclude: Mapping[str, Sequence[str]], matchers: str
) -> str:
    """Return the selector of a metric's series.

    Args:
        metric: Its name.
        where: Label → its value.
        exclude: Label → values that it must not have.
        matchers: What `--match` adds, checked: `env="prod",team="x"`, or nothing.
    """
    parts = [f"__name__={quoted(metric)}"]
    parts += [f"{label(name)}={quoted(value)}" for name, value in where.items()]
    parts += [f"{label(name)}!~{one_of(values)}" for name, values in exclude.items()]
    return "{" + ",".join([*parts, matchers] if matchers else parts) + "}"
