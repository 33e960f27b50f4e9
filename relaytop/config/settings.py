"""The settings in force: plain frozen values, cheap to import in every process.

Nothing here validates; `relaytop.config.schema` does that for a file and
`relaytop.config.merge` puts the layers together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from relaytop.config.target_id import join_target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from dataclasses import Field

    from _typeshed import DataclassInstance

APIS = ("openai", "anthropic", "gemini", "azure")
"""The wire APIs that a provider may name."""
MODES = ("chat", "responses", "embeddings", "rerank")
"""The kinds of requests that a target may be probed with."""
MODES_OF = {
    "openai": MODES,
    "anthropic": ("chat",),
    "gemini": ("chat", "embeddings"),
    "azure": ("chat", "responses", "embeddings"),
}
"""Wire API → the modes that it has."""
WEBHOOK_FORMATS = ("json", "slack", "alertmanager")
"""The forms in which a webhook may be sent an alert."""
_AZURE = (".azure.com", ".azure.us", ".azure.cn")
"""The ends of its hosts' names: `/openai/v1` there speaks OpenAI's API."""
REPLY_COUNTS = ("n", "best_of", "candidateCount", "candidate_count")
"""The keys of a request's body that ask for several replies."""

# How a field differs from a plain setting. A new one needs none of it: it has a key of its own in
# the config, two processes must agree on it to share an agent, and recordings hold it.
_NO_KEY = {"key": False}
"""The config has no key of this name."""
_VIEW_ONLY = {"probed": False}
"""It does not change what is probed."""
_PROBE = {"table": "probe"}
"""A target's setting whose default stands in the config's table `[probe]`."""
_OWN = {"shared": False}
"""A target's setting that stands in its own table, or its provider's, alone."""
_PROMPT = {"recorded": False}
"""Prompts are private: no recording holds it."""
_UNITS = ("_ms", "_s", "_usd")


def key_of(field_name: str) -> str:
    """Return a setting's key in the config: the name of its field without the unit."""
    for unit in _UNITS:
        field_name = field_name.removesuffix(unit)
    return field_name


def config_fields(kind: type[DataclassInstance]) -> list[Field[Any]]:
    """Return the fields of a class of settings that have a key in the config."""
    return [each for each in fields(kind) if each.metadata.get("key", True)]


class Secret:
    """An API key, or a URL that is as good as one, that does not print itself.

    Args:
        value: The key as it goes on the wire.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key itself; for the request and our own pipes only."""
        return self._value

    @property
    def masked(self) -> str:
        """The text to show for it: its length and no more."""
        return f"••••••••  ({len(self._value)} characters)"

    def __repr__(self) -> str:
        """Show that there is a key, and no more."""
        return "Secret(••••)"

    __str__ = __repr__

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        """Pickle nothing of it."""
        return Secret, ("",)

    def __copy__(self) -> Secret:
        """Return the same: nothing of it changes."""
        return self

    def __deepcopy__(self, _memo: object) -> Secret:
        """Return the same."""
        return self

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same key."""
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        """Agree with `__eq__`."""
        return hash(self._value)


@dataclass(frozen=True, slots=True)
class Window:
    """The rolling span of percentiles and error rate; exactly one of the two is set."""

    seconds: float | None = 600.0
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits beyond which a target is `degraded`."""

    p95_ms: float = 2000.0
    ttft_ms: float = 1000.0
    error_rate: float = 0.05
    gap_ms: float = 5000.0
    """Of the longest silence between two chunks of a stream."""
    credit: float | None = None
    """What must be left at the provider, in its own unit; None: anything above 0."""


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens."""

    input: float
    output: float
    cached_input: float | None = None
    """Of input that was read from a cache; None: as `input`."""
    cache_write: float | None = field(default=None, metadata=_NO_KEY)
    """Of input that was written to a cache; None: as `input`."""
    source: str = field(default="config", metadata=_NO_KEY)
    """`config` or `list`."""
    request: float = 0.0
    """USD a request, beside its tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A base URL, a key, a wire API and prices: a relay or an official API."""

    name: str = field(metadata=_NO_KEY)
    base_url: str
    api: str = "openai"
    key: Secret | None = field(default=None, metadata={**_NO_KEY, **_VIEW_ONLY})
    key_from: str = field(default="none", metadata=_NO_KEY)
    """The source of the key, in words: `environment variable X`, `file F`, …"""
    key_command: tuple[str, ...] = field(default=(), repr=False, metadata={**_NO_KEY, **_VIEW_ONLY})
    """The command that prints the key, to be run again when it has expired; empty: none."""
    key_environ: Mapping[str, str] = field(
        default_factory=dict, repr=False, metadata={**_NO_KEY, **_VIEW_ONLY}
    )
    """The environment of that command, which an engine's process does not have."""
    key_folder: str | None = field(default=None, repr=False, metadata={**_NO_KEY, **_VIEW_ONLY})
    """The folder that it runs in; None: that of the process."""
    api_key_lifetime_s: float | None = field(default=None, metadata=_VIEW_ONLY)
    """For how long a key of the command is good; None: as long as it says itself."""
    models: tuple[str, ...] = ()
    api_version: str | None = None
    """Of azure; None: a recent one."""
    max_rpm: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: str | None = None
    tls_strict: bool | None = None
    """Whether certificates must keep to the letter of RFC 5280; None: as this Python does, which
    is strict from 3.13 on."""
    proxy: str | None = field(default=None, repr=False)
    http2: bool = False
    mode: str = "chat"
    """Of its targets, unless they have their own; one of `MODES`."""
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Merged into the body of its targets' requests."""
    credit: bool | None = field(default=None, metadata=_VIEW_ONLY)
    """Whether it is asked, every ten minutes, what is left there; None: an unknown host a minute
    after the start at the earliest."""
    prices: Mapping[str, Price] = field(default_factory=dict)
    status_page: str | bool | None = None
    """The URL of its official status page; True: the known one; None: as `status_pages` says."""

    @property
    def has_deployments(self) -> bool:
        """Whether its models go by names of the user's own, which no reply or list has: Azure's."""
        host = urlsplit(self.base_url).hostname or ""
        return self.api == "azure" or host.endswith(_AZURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One model at one provider: the thing that is probed."""

    provider: str = field(metadata=_NO_KEY)
    model: str = field(metadata=_NO_KEY)
    interval_s: float = 5.0
    timeout_s: float = 30.0
    prompt: str = field(default="ping", metadata={**_PROBE, **_PROMPT})
    max_tokens: int = field(default=16, metadata=_PROBE)
    stream: bool = field(default=True, metadata=_PROBE)
    unique: bool = field(default=True, metadata=_PROBE)
    """Whether each request begins with a nonce, so that no cache answers it."""
    mode: str = field(default="chat", metadata=_OWN)
    """One of `MODES`."""
    extra: Mapping[str, Any] = field(
        default_factory=dict, repr=False, hash=False, metadata={**_PROBE, **_PROMPT}
    )
    """Merged into the request's body."""
    thresholds: Thresholds = Thresholds()
    messages: tuple[tuple[str, str], ...] = field(default=(), metadata={**_NO_KEY, **_PROMPT})
    """Sent in place of `prompt`, as (role, content): system, user or assistant."""
    nonce: str = field(default="", metadata={**_NO_KEY, **_PROMPT})
    """The nonce of a request that another target is sent too; empty: each probe has its own."""
    place: str = field(default="", metadata=_NO_KEY)
    """The region, instance or host that probes it; empty: this one."""

    @property
    def id(self) -> str:
        """`provider/model`, with ` @ place` of another place; see `target_id`."""
        return join_target(self.provider, self.model, self.place)

    @property
    def request_messages(self) -> tuple[tuple[str, str], ...]:
        """The messages of a probe's request, as (role, content)."""
        return self.messages or (("user", self.prompt),)

    @property
    def generates(self) -> bool:
        """Whether its replies are generated token by token: those of the other modes have none."""
        return self.mode in {"chat", "responses"}

    @property
    def replies(self) -> int:
        """How many replies a request asks for by its `extra`; each is paid for."""
        inner = self.extra.get("generationConfig")
        tables = (self.extra, inner if isinstance(inner, dict) else {})
        counts = [table.get(name) for table in tables for name in REPLY_COUNTS]
        return max([1, *(count for count in counts if isinstance(count, int))])


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """`[alerts]`: when an alert fires, and who is told."""

    after: int = 2
    """Bad evaluations in a row before it fires; it resolves after twice as many good ones."""
    bell: bool = True
    """Whether the screen rings the terminal's bell."""
    title: bool = True
    """Whether the terminal's title tells how many alerts fire."""
    notify: bool = True
    """Whether the screen asks the terminal for a desktop notification (OSC 9)."""
    command: tuple[str, ...] = field(default=(), repr=False)
    """A program to run at each change, with its arguments; empty: none."""
    webhook: Secret | None = None
    """The URL that each change is posted to."""
    format: str = "json"
    """One of `WEBHOOK_FORMATS`."""
    services: tuple[Secret, ...] = ()
    """URLs of apprise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSettings:
    """`[fleet]`: what `relaytop fleet` shows."""

    prometheus: str | None = None
    """The URL of a Prometheus, up to a path prefix."""
    token: Secret | None = None
    """The bearer token that it wants."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Others, such as `X-Scope-OrgID`."""
    ca_file: str | None = None
    match: str | None = None
    """A label selector: which of its series are of the fleet."""
    by: str | None = None
    """The label of the place; None: region, else instance."""
    traffic: Mapping[str, Any] = field(default_factory=dict)
    """Exporter of users' requests → its table, which `fleet/traffic/` reads."""
    ssh: tuple[str, ...] = ()
    """Hosts whose agents are read over ssh, as ssh knows them."""
    remote: str = "relaytop"
    """The path of relaytop on those hosts."""
    ssh_config: str | None = None
    """ssh's config file; None: the user's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtlpSettings:
    """`[otlp]`: where the agent sends its metrics."""

    endpoint: str | None = None
    """The URL of a collector; None: OpenTelemetry's variables, where `--otlp` asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, merged, with the origin of each value."""

    providers: tuple[Provider, ...] = field(default=(), metadata=_NO_KEY)
    targets: tuple[Target, ...] = field(default=(), metadata=_NO_KEY)
    """Empty when no model was chosen yet: the first-run screen asks."""
    defaults: Target = field(
        default=Target(provider="", model=""), metadata={**_NO_KEY, **_VIEW_ONLY}
    )
    """A template for targets that are added later: interval, timeout, probe, thresholds."""
    window: Window = field(default=Window(), metadata=_VIEW_ONLY)
    history: int = 3600
    budget_usd: float = 1.00
    assumed_price: float = 10.00
    mouse: bool = field(default=True, metadata=_VIEW_ONLY)
    """Whether the screen asks the terminal for clicks and the wheel."""
    status_pages: bool = False
    """Whether the official status pages that are known are asked."""
    alerts: AlertSettings = field(default=AlertSettings(), metadata=_VIEW_ONLY)
    fleet: FleetSettings = field(default=FleetSettings(), metadata=_VIEW_ONLY)
    otlp: OtlpSettings = field(default=OtlpSettings(), metadata=_VIEW_ONLY)
    aliases: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict, metadata={**_NO_KEY, **_VIEW_ONLY}
    )
    keys: Mapping[str, str] = field(default_factory=dict, metadata={**_NO_KEY, **_VIEW_ONLY})
    """Binding id → the keys that the user gives it, `f` or `f,F`."""
    origins: Mapping[str, str] = field(default_factory=dict, metadata={**_NO_KEY, **_VIEW_ONLY})
    """Dotted key (`interval`, `providers.x.base_url`) → the origin of its value, in words."""

    def new_target(self, provider: str, model: str, mode: str | None = None) -> Target:
        """Return a target that the config does not list, with what it says of all targets.

        Args:
            provider: The name of the provider, which need not be one of these.
            model: The model's id there.
            mode: What the model is by the provider's list; the config's own mode beats it.
        """
        known = next((each for each in self.providers if each.name == provider), None)
        target = replace(self.defaults, provider=provider, model=model)
        if known is not None:
            mode = known.mode if known.mode != MODES[0] else mode
            target = replace(target, extra={**target.extra, **known.extra})
        return target if mode is None else replace(target, mode=mode)

    def provider(self, name: str) -> Provider:
        """Return the provider of that name; `KeyError` if there is none."""
        for provider in self.providers:
            if provider.name == name:
                return provider
        raise KeyError(name)
