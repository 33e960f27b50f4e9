"""What is left at each provider, asked now."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING

from relaytop.config.paths import ledger_path
from relaytop.config.steady_clock import STEADY
from relaytop.engine.credit_check import CreditCheck
from relaytop.jobs.stderr import notice, progress_line
from relaytop.ledger.ledger import Ledger
from relaytop.probe.prober import Prober
from relaytop.protocol.messages import Credit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Provider

OFF = "credit = false"


async def ask_credit(providers: Sequence[Provider], complaints: Mapping[str, str]) -> list[Credit]:
    """Ask providers side by side, and record the readings; costs nothing.

    Args:
        providers: Those that are asked.
        complaints: Provider → why its key could not be had.
    """
    ledger = Ledger(ledger_path())
    check = CreditCheck(providers, random.random, ledger)
    open_names = {provider.name for provider in providers}

    async def ask(provider: Provider) -> Credit:
        try:
            prober = Prober(provider)
            return await check.ask(provider.name, prober, STEADY(), time.time())
        finally:
            open_names.discard(provider.name)

    asked = [each for each in providers if each.credit is not False and each.name not in complaints]
    open_names &= {each.name for each in asked}
    try:
        with progress_line(lambda: f"asking: {', '.join(sorted(open_names))}"):
            found = await asyncio.gather(*map(ask, asked))
    finally:
        await asyncio.to_thread(ledger.close)
        for warning in ledger.drain_warnings():
            notice(f"relaytop: {warning}")
    answers = {credit.provider: credit for credit in found}
    return [answers.get(each.name) or _not_asked(each, complaints) for each in providers]


def _not_asked(provider: Provider, complaints: Mapping[str, str]) -> Credit:
    return Credit(provider.name, STEADY(), error=complaints.get(provider.name, OFF))
