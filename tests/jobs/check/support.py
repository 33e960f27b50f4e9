"""Providers for the doctor's tests, and a round over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.config.settings import Provider, Secret, Settings, Target
from relaytop.jobs.check.run import CheckRun
from relaytop.jobs.job_budget import JobBudget
from relaytop.ledger.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.jobs.check.findings import Finding

KEY = "sk-test-0123456789abcdef"


def provider(base_url: str = "https://relay.example/v1", **fields: Any) -> Provider:
    given = {"name": "p", "key": Secret(KEY), "key_from": "environment variable P_KEY", **fields}
    return Provider(base_url=base_url, **given)


def settings_of(one: Provider, budget_usd: float = 1.0, **fields: Any) -> Settings:
    targets = tuple(
        Target(provider=one.name, model=model, timeout_s=5.0, **fields) for model in one.models
    )
    return Settings(providers=(one,), targets=targets, budget_usd=budget_usd)


async def round_of(
    one: Provider, folder: Path, budget_usd: float = 1.0, ahead_usd: float = 1.0, **fields: Any
) -> dict[str, Finding]:
    """Check one provider; return its findings by step, of a step's several the last."""
    settings = settings_of(one, budget_usd, **fields)
    ledger = Ledger(folder / "ledger.sqlite")
    try:
        purse = JobBudget(budget_usd, settings.assumed_price, ledger)
        await purse.request_allowance(ahead_usd)
        paid = purse if budget_usd else None
        found = await CheckRun(settings, {}, paid).run()
    finally:
        ledger.close(5.0)
    return {finding.step: finding for finding in found}


def levels(found: dict[str, Finding]) -> dict[str, str]:
    """Return step → level; that this machine is busy says nothing about what is checked."""
    return {step: finding.level for step, finding in found.items() if step != "machine"}
