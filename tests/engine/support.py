"""Stand-ins for the engine's prober and ledger, and runs of an engine that collect its reports."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from relaytop.config.settings import Price, Settings, Target
from relaytop.engine.child import EngineChild
from relaytop.engine.daily_budget import utc_day
from relaytop.engine.engine import Engine
from relaytop.ledger.ledger import Allowance, AllowanceRequest, Entry, Ledger
from relaytop.probe.credit_request import CreditAnswer
from relaytop.probe.key_source import KeyNotice
from relaytop.probe.sample import Sample
from relaytop.protocol.messages import Finished, Report
from relaytop.wire.credit_systems import CreditSystem
from relaytop.wire.facts import Failure, ModelList
from tests.support.samples import T0, sample

Answer = Callable[[Target, float], Sample]


class FakeProber:
    def __init__(self, answer: Answer, delay_s: float = 0.0) -> None:
        self.answer = answer
        self.delay_s = delay_s
        self.probes: list[tuple[str, float]] = []
        self.closed = 0
        self.prices: Mapping[str, Price] = {}

    async def probe(self, target: Target, due_at: float) -> Sample:
        self.probes.append((target.id, due_at))
        await asyncio.sleep(self.delay_s)
        return self.answer(target, due_at)

    async def list_models(self) -> ModelList | Failure:
        return ModelList(("a", "b"))

    async def request_credit(self, systems: Sequence[CreditSystem]) -> CreditAnswer:
        del systems
        return CreditAnswer()

    def renew_key_if_due(self) -> None:
        pass

    async def wait_for_key(self) -> bool:
        return False

    def drain_key_notices(self) -> list[KeyNotice]:
        return []

    def set_prices(self, prices: Mapping[str, Price]) -> None:
        self.prices = prices

    def clone(self) -> "FakeProber":
        return self

    async def aclose(self) -> None:
        self.closed += 1


def good(target: Target, _due_at: float) -> Sample:
    return sample(target=target.id, cost_usd=0.0)


async def run(
    watched: Settings,
    prober: FakeProber,
    seconds: float,
    then: Callable[[Engine], None] | None = None,
    listed: Mapping[str, Price] | None = None,
    clock_set_by_s: Callable[[], float] = lambda: 0.0,
    suspended_s: Callable[[], float] = lambda: 0.0,
) -> list[Report]:
    """Run an engine by its event loop's clock; where that is virtual, nothing waits or is late.

    Args:
        watched: Providers, targets and budget.
        prober: Replies to all of them.
        seconds: How long it runs.
        then: Called after half of that.
        listed: The list prices there are.
        clock_set_by_s: By how much somebody has set the system's clock.
        suspended_s: How long the machine was suspended, which the loop's clock does not tell.
    """
    reports: list[Report] = []
    loop = asyncio.get_running_loop()

    def clock() -> float:
        return T0 + loop.time() + suspended_s()

    async def look_up(_base_url: str, models: Iterable[str]) -> Mapping[str, Price]:
        return {model: price for model, price in (listed or {}).items() if model in models}

    engine = Engine(
        watched,
        emit=reports.append,
        make_prober=lambda _provider: prober,
        uniform=lambda: 1.0,
        look_up=look_up,
        clock=clock,
        wall=lambda: clock() + clock_set_by_s(),
    )
    stop = asyncio.Event()
    running = asyncio.ensure_future(engine.run(stop))
    await asyncio.sleep(seconds / 2)
    if then is not None:
        then(engine)
    await asyncio.sleep(seconds / 2)
    stop.set()
    async with asyncio.timeout(60):
        await running
    return reports


def finished(reports: list[Report]) -> list[Sample]:
    return [report.sample for report in reports if isinstance(report, Finished)]


class FakeLedger(Ledger):
    """Answers when the test says so."""

    def __init__(self) -> None:
        self.requests: list[AllowanceRequest] = []
        self.recorded: list[Entry] = []
        self.answered = threading.Event()
        self.current: Allowance | None = None

    def request_allowance(self, request: AllowanceRequest) -> threading.Event:
        self.requests.append(request)
        self.answered = threading.Event()
        return self.answered

    def drain_warnings(self) -> list[str]:
        return []

    def record(self, entry: Entry) -> None:
        self.recorded.append(entry)

    @property
    def allowance(self) -> Allowance | None:
        return self.current

    def answer(self, ceiling_usd: float, *, exhausted: bool = False, at: float = T0) -> None:
        self.current = Allowance(
            utc_day(at), 0.0, complete=True, ceiling_usd=ceiling_usd, exhausted=exhausted
        )
        self.answered.set()


async def collect(child: EngineChild, enough: Callable[[list[Report]], bool]) -> list[Report]:
    """Collect a child's reports until there are enough, for thirty seconds at the most."""
    found: list[Report] = []
    async with asyncio.timeout(60):
        async for batch in child.reports():
            found += batch
            if enough(found):
                break
    return found
