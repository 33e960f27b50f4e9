"""The rows of a Prometheus: what its last answers say, and what is asked for next."""

from __future__ import annotations

import asyncio
import dataclasses
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.fleet.prometheus.errors import PrometheusError
from relaytop.fleet.prometheus.figures import QUESTIONS, keep_figures, key_of, read_figures
from relaytop.fleet.prometheus.history import History
from relaytop.fleet.prometheus.queries import FIGURE, LATENCY, RULES, TTFT, Places, Queries
from relaytop.fleet.prometheus.summaries import Context, empty, summarise, unreachable
from relaytop.monitor.source import PrometheusState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.config.label_matchers import Matcher
    from relaytop.config.settings import Thresholds
    from relaytop.fleet.prometheus.client import PrometheusClient
    from relaytop.fleet.prometheus.figures import Figures, Key
    from relaytop.fleet.prometheus.series import Value
    from relaytop.fleet.traffic.reader import TrafficReader
    from relaytop.monitor.event import Event
    from relaytop.monitor.points import Point
    from relaytop.monitor.source import Bin
    from relaytop.monitor.summary import Summary
    from relaytop.monitor.traffic import Traffic

REFRESH_S = 15.0
"""Seconds between two refreshes."""
KEPT_S = 300.0
"""A figure whose question fails for longer is unknown."""
STALE_S = 60.0
"""An answer that is older says nothing of now."""
NOTHING = "it has no series ai_api_up: does it scrape relaytop agents, and does --match fit?"
REGION, INSTANCE = "region", "instance"
_AGES_S = (3600, 14_400, 86_400, 345_600, 1_296_000, 5_184_000, 31_536_000)
"""Ages at which Prometheus is asked whether it has samples that old."""
_ABOUT = ("members", "shape", "age")
"""What changes seldom: one of it with each refresh."""


@dataclass(slots=True)
class _Facts:
    """What changes seldom."""

    places: Places = field(default_factory=Places)
    members: set[Key] = field(default_factory=set)
    ends_s: dict[str, tuple[float, ...]] = field(default_factory=dict)
    rules: frozenset[str] = frozenset()
    oldest_s: float = 0.0
    """The greatest age of samples that it was found to have."""
    ages_asked: int = 0
    begun: bool = False


class PrometheusSource:
    """Asks a Prometheus every 15 s, a bounded number of queries, and keeps its rows.

    Args:
        client: Whom to ask.
        match: The user's matchers.
        label: The label of the place; None: region, else instance.
        window_s: Seconds of the window now in force.
        limits: Target → its thresholds.
        clock: Steady Unix seconds.
        moment: The moment that is shown, Unix seconds; None: now.
        traffic: Asks for the users' requests.
    """

    def __init__(
        self,
        client: PrometheusClient,
        *,
        match: tuple[Matcher, ...],
        label: str | None,
        window_s: Callable[[], float],
        limits: Callable[[Key], Thresholds],
        clock: Callable[[], float],
        moment: Callable[[], float | None],
        traffic: TrafficReader,
    ) -> None:
        self._client = client
        self._match = match
        self._label = label
        self._window_s = window_s
        self._limits = limits
        self._clock = clock
        self._moment = moment
        self._traffic = traffic
        self._users: Mapping[str, Traffic] = {}
        self._facts = _Facts()
        self._turn = 0
        self._rows: dict[str, Summary] = {}
        self._keys: dict[str, Key] = {}
        self._lost: dict[str, Summary] = {}
        self._figures: dict[Key, Figures] = {}
        self._answered: dict[str, float] = {}
        """Question → Unix seconds of its last answer."""
        self._unexplained: set[Key] = set()
        """Rows that are missing, though their place is heard: of a silent box, or of none now."""
        self._skew_s = 0.0
        self._answered_at: float | None = None
        self._problem: str | None = None
        self._shown: tuple[float | None, float] | None = None
        """The moment and the window of the figures."""
        self._history_problem: str | None = None
        self.on_rows: Callable[[], None] = _ignore
        """Called when the first rows are known, before all figures of them are."""
        self.wake = asyncio.Event()
        """Set where something is wanted before the next refresh."""
        self.history = History(self.wake.set)

    # ── what is known ────────────────────────────────────────────────────────

    @property
    def state(self) -> PrometheusState:
        """Whether it answers."""
        return PrometheusState(self._answered_at, self._problem or self._history_problem)

    @property
    def queries_asked(self) -> int:
        """The number of queries so far."""
        return self._client.asked

    @property
    def window_s(self) -> float:
        """The window of the figures, in seconds."""
        return self._window_s()

    def targets(self) -> Sequence[str]:
        """The ids of its rows."""
        return tuple(self._rows)

    def key(self, target: str) -> Key | None:
        """Return provider, model and place of a row; None where it is none of these."""
        return self._keys.get(target)

    def summary(self, target: str, now: float) -> Summary:
        """Return a row's summary; where no answer came for long, it is not heard from."""
        if self._answered_at is None or now - self._answered_at <= STALE_S or self._moment():
            return self._rows[target]
        lost = self._lost.get(target)
        if lost is None:
            lost = self._lost[target] = unreachable(self._rows[target])
        return lost

    def bins(self, target: str, start: float, bin_s: float, n: int) -> list[Bin]:
        """Return bins from `start` on, as far as they are known yet."""
        return self.history.bins(self._keys[target], start, bin_s, n, self._clock())

    def points(self, target: str, start: float, end: float) -> list[Point]:
        """Return points that stand for the samples of a span, as far as they are known yet."""
        return self.history.points(self._keys[target], start, end, self._clock())

    def oldest_at(self, target: str) -> float | None:
        """Return the Unix seconds of the oldest sample that Prometheus is known to have."""
        del target
        if self._answered_at is None:
            return None
        return self._clock() - max(self._facts.oldest_s, self._window_s())

    def is_loading(self, target: str) -> bool:
        """Return whether points of a row were asked for and are on their way."""
        return self.state.problem is None and self.history.lacks_points(
            self._keys[target], self._clock()
        )

    # ── asking ───────────────────────────────────────────────────────────────

    async def refresh(self) -> None:
        """Ask for all figures; what cannot be had stays as it was, and is told in `state`."""
        at = self._moment()
        shown = at, self._window_s()
        if at is not None and shown == self._shown and self.state.problem is None:
            return  # the past does not change
        if at is not None and (self._shown is None or at != self._shown[0]):
            self._facts.begun = False
        if not self._facts.begun:
            if not await self._begin(at):
                return
        elif self._unexplained:
            self._turn = _ABOUT.index("members")
        self._shown = shown
        queries = self._queries()
        try:
            up = await self._client.query(queries.up(), at)
        except PrometheusError as error:
            self._problem = str(error)
            return
        if not self._rows:  # percentiles take longest: until they are here the statuses show
            self._apply({"up": up}, at)
            self.on_rows()
        await self._learn_shape(at)
        queries = self._queries()
        asked = {
            "firing": queries.firing(),
            "requests": queries.requests(),
            "errors": queries.errors(),
            "tokens": queries.tokens(),
            "others": queries.others(),
            "latency": queries.quantiles(LATENCY),
            "ttft": queries.quantiles(TTFT),
        }
        problems: list[str] = []

        async def ask(expr: str) -> list[Value] | None:
            try:
                return await self._client.query(expr, at)
            except PrometheusError as error:
                problems.append(str(error))
                return None

        told = await asyncio.gather(*map(ask, asked.values()), self._learn(queries, at, problems))
        answers = {
            question: answer
            for question, answer in zip(asked, told[:-1], strict=True)
            if answer is not None
        }
        self._problem = problems[0] if problems else None
        self._apply({"up": up, **answers}, at)
        self.history.begin_refresh(self._clock())
        await self._fetch(queries)

    async def refresh_users(self) -> bool:
        """Ask for the users' requests beside the rows; return whether any row has such."""
        if self._problem is not None or not self._rows:
            return False
        rows = list(self._rows.values())
        label = self._facts.places.label
        self._users = await self._traffic.refresh(rows, self._clock(), self._window_s(), label)
        self._rows = {target: self._with_users(row) for target, row in self._rows.items()}
        self._lost = {}
        return bool(self._users)

    def take_events(self) -> list[Event]:
        """Return lines for the event log since the last call."""
        return self._traffic.take_events()

    def _with_users(self, row: Summary) -> Summary:
        return dataclasses.replace(row, traffic=self._users.get(row.target))

    async def fetch(self) -> None:
        """Ask for the history that is in sight, unless something is wrong."""
        if self.state.problem is None and self._facts.begun:
            await self._fetch(self._queries())

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def forget(self) -> None:
        """Forget the rows: another moment is shown."""
        self._rows, self._keys, self._lost, self._users = {}, {}, {}, {}
        self._answered_at = None
        self._figures, self._unexplained = {}, set()

    def _queries(self) -> Queries:
        facts = self._facts
        return Queries(self._match, facts.places, self._window_s(), facts.rules)

    async def _begin(self, at: float | None) -> bool:
        """Ask which label tells the place; by default `region` where any series has it.

        Returns:
            Whether there is anything to ask for.
        """
        label = self._label or REGION
        try:
            found = await self._client.query(self._queries().having(label), at)
            counts = {value.labels.get(FIGURE): value.value for value in found}
            if "has" not in counts:
                self._facts.places = Places(INSTANCE)
            else:
                otherwise = INSTANCE if "lacks" in counts and label != INSTANCE else None
                self._facts.places = Places(label, otherwise)
            self._facts.begun = bool(counts)
            self._problem = None if counts else NOTHING
        except PrometheusError as error:
            self._problem = str(error)
        return self._problem is None

    async def _learn_shape(self, at: float | None) -> None:
        """Ask for buckets and rules where nothing is known of them: queries depend on these."""
        if not self._facts.ends_s:
            try:
                await self._ask_about("shape", at)
            except PrometheusError as error:
                self._problem = str(error)

    async def _learn(self, queries: Queries, at: float | None, problems: list[str]) -> None:
        """Ask for one of what changes seldom."""
        del queries
        what = _ABOUT[self._turn % len(_ABOUT)]
        self._turn += 1
        try:
            await self._ask_about(what, at)
        except PrometheusError as error:
            problems.append(str(error))

    async def _ask_about(self, what: str, at: float | None) -> None:
        queries, facts = self._queries(), self._facts
        match what:
            case "members":
                found = await self._client.query(queries.members(), at)
                facts.members = {key_of(value.labels, facts.places) for value in found}
            case "shape":
                found = await self._client.query(queries.shape(), at)
                facts.ends_s = _ends(found)
                facts.rules = frozenset(v.labels.get("__name__", "") for v in found) & {*RULES}
            case _ if facts.ages_asked < len(_AGES_S):
                age_s = _AGES_S[facts.ages_asked]
                since = (at or self._clock() + self._skew_s) - age_s
                if await self._client.query(queries.any(), since):
                    facts.oldest_s, facts.ages_asked = age_s, facts.ages_asked + 1
                else:
                    facts.ages_asked = len(_AGES_S)
            case _:
                return

    def _apply(self, answers: Mapping[str, Sequence[Value]], at: float | None) -> None:
        now = self._clock()
        newest = max((value.at for value in answers["up"]), default=None)
        if at is None and newest is not None:
            self._skew_s = newest - now if abs(newest - now) > 1 else 0.0
        facts = self._facts
        context = Context(now, self._skew_s, self._window_s(), facts.ends_s, REFRESH_S)
        found = read_figures(answers, facts.places)
        self._carry_over(found, answers, now)
        reported = {
            key for key, figures in found.items() if figures.requests or figures.up is not None
        }
        heard = {place for _provider, _model, place in reported}
        before = {}
        if at is None:  # of another moment nothing is to go on from
            before = {self._keys[target]: summary for target, summary in self._rows.items()}
        rows: dict[Key, Summary] = {}
        for key in reported:
            rows[key] = summarise(key, found[key], before.get(key), self._limits(key), context)
        unexplained: set[Key] = set()
        for key in (facts.members | before.keys()) - reported:
            known = before.get(key)
            if key[2] not in heard or key in facts.members:
                rows[key] = empty(key, context) if known is None else unreachable(known)
            elif known is not None and key not in self._unexplained:
                rows[key] = known
                unexplained.add(key)
        self._unexplained = unexplained
        ordered = sorted(rows, key=lambda key: (key[2], key[0], key[1]))
        self._rows = {rows[key].target: self._with_users(rows[key]) for key in ordered}
        self._keys = {rows[key].target: key for key in ordered}
        self._lost = {}
        self._answered_at = now

    def _carry_over(
        self, found: dict[Key, Figures], answers: Mapping[str, Sequence[Value]], now: float
    ) -> None:
        """Let rows keep for a while the figures of questions that were not answered."""
        for question in QUESTIONS:
            if question in answers:
                self._answered[question] = now
        missing = {q for q in QUESTIONS if q not in answers}
        kept = {q for q in missing if now - self._answered.get(q, -math.inf) <= KEPT_S}
        keep_figures(found, self._figures, kept)
        self._figures = found

    async def _fetch(self, queries: Queries) -> None:
        try:
            await self.history.fetch(self._client, queries, self._clock(), self._skew_s)
            self._history_problem = None
        except PrometheusError as error:
            self._history_problem = str(error)


def _ignore() -> None:
    pass


def _ends(found: Sequence[Value]) -> dict[str, tuple[float, ...]]:
    """Return figure → the ends of buckets that every series has.

    A target's threshold is an end of its own histogram alone: taken for one of all, it would make
    the others' errors look smaller than they are.
    """
    counts: dict[str, dict[float, float]] = {}
    for value in found:
        try:
            end = float(value.labels.get("le", ""))
        except ValueError:
            continue
        figure = value.labels.get(FIGURE, "")
        if isinstance(value.value, float) and figure in {"latency", "ttft"}:
            counts.setdefault(figure, {})[end] = value.value
    return {
        figure: tuple(sorted(end for end, n in ends.items() if n >= max(ends.values())))
        for figure, ends in counts.items()
    }
