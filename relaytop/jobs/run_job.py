"""Running a job, from its prices to its snapshot."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from relaytop.config.paths import snapshots_folder
from relaytop.config.steady_clock import STEADY
from relaytop.jobs.cost_bound import announcement
from relaytop.jobs.job import Job
from relaytop.jobs.job_budget import open_job_budget
from relaytop.jobs.list_prices import add_list_prices
from relaytop.jobs.runner import stale_remark
from relaytop.jobs.signals import run_until_signal
from relaytop.jobs.stderr import notice, progress_line, steps_text
from relaytop.probe.prober import Prober
from relaytop.probe.warmup import warm_up
from relaytop.store.snapshot import save_snapshot

if TYPE_CHECKING:
    import signal
    from collections.abc import Sequence

    from relaytop.config.settings import Settings
    from relaytop.jobs.job import Plan

AHEAD = 20
"""Requests a target that the ledger is asked for at a time."""
J = TypeVar("J", bound=Job[Any])


@dataclasses.dataclass(frozen=True, slots=True)
class JobResult:
    """The result of a job, or of a recording in its place."""

    document: dict[str, Any]
    """A snapshot."""
    remarks: Sequence[str] = ()
    """Lines for stderr below the report, on the job's end."""
    ended_by: signal.Signals | None = None
    """None where the job came to its end."""
    saved: bool = True
    """Whether everything that was to be saved could be."""


def run_job(
    job_type: type[J], settings: Settings, plan: Plan, *, save: bool = True
) -> tuple[J, JobResult]:
    """Run a job until its end or a signal, and save what it found.

    Tells on stderr what it can cost, how far it is, and where its snapshot is.

    Args:
        job_type: Which job.
        settings: The targets, with or without list prices.
        plan: What the job sends.
        save: Whether to save a snapshot.
    """
    job, ended_by = asyncio.run(_run(job_type, settings, plan))
    document = job.document(STEADY(), socket.gethostname())
    if save:
        _save(document)
    return job, JobResult(document, _remarks(job, ended_by), ended_by, job.save_more())


async def _run(
    job_type: type[J], settings: Settings, plan: Plan
) -> tuple[J, signal.Signals | None]:
    settings = await add_list_prices(settings)
    bound = plan.cost_bound(settings)
    notice(announcement(plan.counted, settings, bound))
    ahead_usd = min(bound.total_usd, bound.once_usd * AHEAD * plan.concurrency)
    steps: dict[str, str] = {}
    async with open_job_budget(settings, ahead_usd, bound.once_usd) as budget:
        make_prober = partial(Prober, include_text=job_type.include_text)
        job = job_type(settings, plan, budget, make_prober=make_prober, clock=STEADY)
        await warm_up()
        with progress_line(partial(steps_text, steps)):
            ended_by = await run_until_signal(job.run(), lambda: steps.update(job.progress()))
    return job, ended_by


def _save(document: dict[str, Any]) -> None:
    """Save a snapshot, which nobody asked for, and tell where, or why it could not be."""
    folder = snapshots_folder()
    try:
        path = save_snapshot(document, folder)
    except OSError as error:
        notice(f"relaytop: snapshot not saved in {folder}: {error.strerror}")
        return
    notice(f"snapshot saved: {path}")


def _remarks(job: Job[Any], ended_by: signal.Signals | None) -> list[str]:
    found = []
    if ended_by is not None:
        found.append("interrupted: the report covers the requests up to then")
    if job.stopped is not None:
        found.append(f"stopped early: {job.stopped}")
    found += [
        f"{target}: stopped after 5 {error_class} failures in a row"
        for target, error_class in job.given_up.items()
    ]
    found += [stale_remark(target, count) for target, count in job.stale.items()]
    if job.stalled_s:
        found.append(
            f"this process was suspended for {job.stalled_s:.1f} s in all: requests that spanned "
            "it were sent again"
        )
    return found
