"""The jobs' probes, with probers whose replies the test decides."""

import asyncio
import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence

from relaytop.config.settings import Price, Provider, Secret, Settings, Target
from relaytop.jobs.job_budget import JobBudget
from relaytop.jobs.runner import GIVE_UP_AFTER, Runner
from relaytop.probe.credit_request import CreditAnswer
from relaytop.probe.key_source import KeyNotice
from relaytop.probe.prober import Prober
from relaytop.probe.sample import Sample
from relaytop.wire.credit_systems import CreditSystem
from relaytop.wire.facts import Failure, ModelList
from tests.support.samples import sample, settings
from tests.support.server import Response, ScriptedServer, Seen, chat_stream, error_reply

Answer = Callable[[Target], Sample]


class FakeProber:
    def __init__(self, answer: Answer, delay_s: float, twins: "list[FakeProber]") -> None:
        self.answer = answer
        self.twins = twins
        self.delay_s = delay_s
        self.running: dict[str, int] = {}
        self.most = 0
        self.closed = False

    async def probe(self, target: Target, due_at: float) -> Sample:
        del due_at
        self.running[target.id] = self.running.get(target.id, 0) + 1
        assert self.running[target.id] == 1, "two probes of a target on one connection"
        await asyncio.sleep(self.delay_s)
        self.running[target.id] -= 1
        return self.answer(target)

    async def list_models(self) -> ModelList | Failure:
        return ModelList()

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
        del prices

    def clone(self) -> "FakeProber":
        self.twins.append(FakeProber(self.answer, self.delay_s, self.twins))
        return self.twins[-1]

    async def aclose(self) -> None:
        self.closed = True


class Bench:
    def __init__(
        self, watched: Settings, answer: Answer, *, delay_s: float = 0.0, budget_usd: float = 1.0
    ) -> None:
        self.probers: list[FakeProber] = []
        self.samples: list[Sample] = []
        self.budget = JobBudget(budget_usd, 10.0, None)

        def make(_provider: Provider) -> FakeProber:
            self.probers.append(FakeProber(answer, delay_s, self.probers))
            return self.probers[-1]

        self.runner = Runner(
            watched,
            self.budget,
            self.samples.append,
            make_prober=make,
            uniform=lambda: 0.0,
        )


def good(target: Target) -> Sample:
    return sample(target=target.id, cost_usd=0.01)


def failing(error: str) -> Answer:
    return lambda target: sample(target=target.id, error=error)


async def test_workers_share_what_is_asked_and_have_connections_of_their_own() -> None:
    watched = settings("p/a")
    bench = Bench(watched, good, delay_s=0.005)
    requests = itertools.repeat(watched.targets[0], 10)
    await asyncio.gather(*(bench.runner.send_in_sequence(requests, slot) for slot in range(3)))
    await bench.runner.aclose()
    assert len(bench.samples) == 10
    assert len(bench.probers) == 3
    assert all(prober.closed for prober in bench.probers)
    assert round(bench.budget.cost_usd, 6) == 0.1


async def test_at_a_rate_a_slow_reply_delays_nobody() -> None:
    watched = settings("p/a")
    bench = Bench(watched, good, delay_s=0.2)
    await bench.runner.send_at_rate(itertools.repeat(watched.targets[0], 8), 50.0)
    assert len(bench.samples) == 8
    assert len(bench.probers) >= 6
    assert not bench.runner.skipped


async def test_a_hopeless_target_is_left_alone_after_five_in_a_row() -> None:
    watched = settings("p/a", "p/b")
    bench = Bench(watched, lambda t: good(t) if t.model == "b" else failing("auth")(t))
    for target in watched.targets:
        await bench.runner.send_in_sequence(itertools.repeat(target, 10))
    assert bench.runner.given_up == {"p/a": "auth"}
    counts = [sum(s.target == name for s in bench.samples) for name in ("p/a", "p/b")]
    assert counts == [GIVE_UP_AFTER, 10]


async def test_other_failures_do_not_end_it() -> None:
    watched = settings("p/a")
    bench = Bench(watched, failing("server_error"))
    await bench.runner.send_in_sequence(itertools.repeat(watched.targets[0], 8))
    assert len(bench.samples) == 8
    assert not bench.runner.given_up


async def test_the_budget_ends_it_in_words() -> None:
    watched = settings("p/a", prices={"a": Price(0.0, 625.0)})
    bench = Bench(watched, good, budget_usd=0.05)
    await bench.runner.send_in_sequence(itertools.repeat(watched.targets[0], 100))
    assert len(bench.samples) == 5
    assert bench.runner.stopped is not None
    assert "budget" in bench.runner.stopped


async def test_max_rpm_holds_it_back() -> None:
    watched = settings("p/a")
    provider = dataclasses.replace(watched.providers[0], max_rpm=2)
    watched = dataclasses.replace(watched, providers=(provider,))
    bench = Bench(watched, good)
    requests = itertools.repeat(watched.targets[0], 5)
    task = asyncio.ensure_future(bench.runner.send_in_sequence(requests))
    await asyncio.wait([task], timeout=0.3)
    task.cancel()
    assert len(bench.samples) == 1


async def test_what_a_target_teaches_is_learnt_once_for_all_connections() -> None:
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."

    def particular(seen: Seen) -> Response:
        if "max_tokens" in seen.json:
            return error_reply(400, words, code="unsupported_parameter", param="max_tokens")
        return chat_stream(1)

    samples: list[Sample] = []
    with ScriptedServer(particular) as server:
        watched = settings("p/a")
        provider = dataclasses.replace(watched.providers[0], base_url=server.base_url)
        runner = Runner(
            dataclasses.replace(watched, providers=(provider,)),
            JobBudget(1.0, 10.0, None),
            samples.append,
            make_prober=Prober,
            uniform=lambda: 0.0,
        )
        for slot in range(3):
            await runner.send_in_sequence(itertools.repeat(watched.targets[0], 2), slot)
        await runner.aclose()
        assert server.connections == 3
    assert [found.ok for found in samples] == [False] + [True] * 5


async def test_a_key_that_is_asked_for_anew_is_no_reason_to_give_up() -> None:
    def answer(seen: Seen) -> Response:
        return chat_stream(2) if "new" in seen.headers["authorization"] else error_reply(401)

    with ScriptedServer(answer) as server:
        provider = Provider(
            name="p",
            base_url=server.base_url,
            key=Secret("ya29.old-0123456789"),
            key_command=("sh", "-c", "sleep 0.3; echo ya29.new-0123456789"),
        )
        watched = dataclasses.replace(settings("p/a"), providers=(provider,))
        samples: list[Sample] = []
        runner = Runner(
            watched,
            JobBudget(1.0, 10.0, None),
            samples.append,
            make_prober=Prober,
            uniform=lambda: 0.0,
        )
        requests = itertools.repeat(watched.targets[0], 20)
        await asyncio.gather(*(runner.send_in_sequence(requests, slot) for slot in range(8)))
        await runner.aclose()
    assert runner.given_up == {}
    assert samples[-1].ok
    assert sum(not sample.ok for sample in samples) == 8
