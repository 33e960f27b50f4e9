"""What a check will cost, told before anything is sent."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

from relaytop.engine.list_price_process import list_prices
from relaytop.jobs.check.scope import Patient
from relaytop.pricing.estimate import reserve_usd

if TYPE_CHECKING:
    from collections.abc import Sequence

REPLIES = 2
"""Paid replies a target."""


async def with_prices(patients: Sequence[Patient]) -> list[Patient]:
    """Look up the list prices of models for which the config has none."""

    async def priced(patient: Patient) -> Patient:
        provider = patient.provider
        unknown = [t.model for t in patient.targets if t.model not in provider.prices]
        listed = await list_prices(provider.base_url, unknown)
        prices = {**listed, **provider.prices}
        return Patient(dataclasses.replace(provider, prices=prices), patient.targets)

    return list(await asyncio.gather(*map(priced, patients)))


def costs_usd(patients: Sequence[Patient], assumed_price: float) -> tuple[float, float, int]:
    """Return the most that a check can cost.

    Returns:
        USD at known prices, USD at the assumed price, and how many targets have no known price.
    """
    known = assumed = 0.0
    unpriced = 0
    for patient in patients:
        for target in patient.targets:
            single = dataclasses.replace(target, max_tokens=1)
            price = patient.provider.prices.get(target.model)
            usd, sure = reserve_usd(single, price, assumed_price)
            known += REPLIES * usd if sure else 0.0
            assumed += 0.0 if sure else REPLIES * usd
            unpriced += not sure
    return known, assumed, unpriced


def announcement(patients: Sequence[Patient], assumed_price: float, budget_usd: float) -> str:
    """Say what will be sent that costs, in one sentence; empty where there is no target."""
    count = sum(len(patient.targets) for patient in patients)
    if not count:
        return ""
    if budget_usd <= 0:
        return "budget = 0: only the checks that cost nothing"
    known, assumed, unpriced = costs_usd(patients, assumed_price)
    what = f"sending at most {REPLIES} one-token replies to each of {count} targets"
    if count == 1:
        what = f"sending at most {REPLIES} one-token replies to 1 target"
    costs = [f"at most ${known:.6f}"] if unpriced < count else []
    if unpriced:
        at = f"at ${assumed_price:g} per million tokens"
        costs.append(f"${assumed:.6f} {at} for {unpriced} whose price is unknown")
    return f"{what}: {' and '.join(costs)}"
