"""The systems that tell what is left: where each is asked, and how its answers read.

Forms: openrouter.ai/docs/api-reference (limits, credits), api-docs.deepseek.com (get-user-balance),
docs.siliconflow.cn (user/info), platform.moonshot.ai/docs/api/balance, one-api's and new-api's
controller/billing.go, docs.litellm.ai/docs/proxy/virtual_keys (key/info).
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.wire.facts import CreditFacts
from relaytop.wire.json_document import object_in, objects_of
from relaytop.wire.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Provider

MAX_AMOUNT = 1e9
"""A figure beyond is none: new-api writes 100,000,000 for what has no limit."""
UNLIMITED = 1e8
_V1 = "/v1"
_API = re.compile(r"(?:/(?:v1|v1beta|beta|anthropic))+\Z")
"""The end of a base URL that tells a wire API and its version."""
_CURRENCY = re.compile(r"[A-Z]{3}")


class CreditSystem(ABC):
    """One system: pure, documents in and facts out."""

    name: str
    hosts: tuple[str, ...] = ()
    """The ends of host names that are known to be of it."""

    @abstractmethod
    def urls(self, provider: Provider) -> tuple[str, ...]:
        """Return what is asked; the first tells whether it is this system."""

    @abstractmethod
    def read(self, documents: Sequence[object], provider: Provider) -> CreditFacts | None:
        """Read the answers; None where they are not of this system, or tell nothing.

        Args:
            documents: An answer for each URL, None where there was none.
            provider: Whose they are.
        """


class OpenRouter(CreditSystem):
    """A limit of the key, and credits of the account, which not every key may see."""

    name = "openrouter"
    hosts = ("openrouter.ai",)

    def urls(self, provider: Provider) -> tuple[str, ...]:
        """Return the key's page and the account's."""
        root = f"{_root(provider)}{_V1}"
        return f"{root}/key", f"{root}/credits"

    def read(self, documents: Sequence[object], provider: Provider) -> CreditFacts | None:
        """Read both; the smaller counts."""
        del provider
        key, account = (object_in(document, "data") for document in documents)
        if "usage" not in key:
            return None
        of_key = _facts("USD", key.get("limit_remaining"), key.get("limit"), None)
        total, used = _amount(account.get("total_credits")), _amount(account.get("total_usage"))
        of_account = CreditFacts("USD")
        if total is not None and used is not None:
            of_account = CreditFacts("USD", total - used, total, used)
        return _smaller(of_key, of_account)


class DeepSeek(CreditSystem):
    """A balance in each currency."""

    name = "deepseek"
    hosts = ("api.deepseek.com",)

    def urls(self, provider: Provider) -> tuple[str, ...]:
        """Return the balance's page."""
        return (f"{_root(provider)}/user/balance",)

    def read(self, documents: Sequence[object], provider: Provider) -> CreditFacts | None:
        """Read the balance that is the largest."""
        del provider
        document = documents[0]
        entries = objects_of(document.get("balance_infos")) if isinstance(document, dict) else []
        found = [
            CreditFacts(unit, total)
            for entry in entries
            if (total := _amount(entry.get("total_balance"))) is not None
            and (unit := _currency(entry.get("currency"))) is not None
        ]
        return max(found, key=lambda each: each.remaining or 0.0, default=None)


class SiliconFlow(CreditSystem):
    """A balance of the account."""

    name = "siliconflow"
    hosts = ("siliconflow.cn", "siliconflow.com")

    def urls(self, provider: Provider) -> tuple[str, ...]:
        """Return the account's page."""
        return (f"{_root(provider)}{_V1}/user/info",)

    def read(self, documents: Sequence[object], provider: Provider) -> CreditFacts | None:
        """Read the total balance: what was paid in and what was given."""
        data = object_in(documents[0], "data")
        remaining = _amount(data.get("totalBalance"))
        unit = "USD" if _host(provider).endswith(".com") else "CNY"
        return None if remaining is None else CreditFacts(unit, remaining)


class Moonshot(CreditSystem):
    """A balance of the account, which may be negative."""

    name = "moonshot"
    hosts = ("api.moonshot.cn", "api.moonshot.ai")

    def urls(self, provider: Provider) -> tuple[str, ...]:
        """Return the balance's page."""
        return (f"{_root(provider)}{_V1}/users/me/balance",)

    def read(self, documents: Sequence[object], provider: Provider) -> CreditFacts | None:
        """Read what is available, vouchers included."""
        remaining = _amount(object_in(documents[0], "data").get("available_balance"))
        unit = "USD" if _host(provider).endswith(".ai") else "CNY"
        return None if remaining is None else CreditFacts(unit, remaining)


class NewAPI(CreditSystem):
    """The key's quota at one-api and new-api, in the form that OpenAI once had."""

    name = "new-api"

    def urls(self, provider: Provider) -> tuple[str, ...]:
        """Return the limit's page and the usage's, over all days."""
        root = f"{_root(provider)}{_V1}/dashboard/billing"
        return f"{root}/subscription", f"{root}/usage?start_date=2020-01-01&end_date=2099-12-31"

    def read(self, documents: Sequence[object], provider: Provider) -> CreditFacts | None:
        """Read both; the usage is in hundredths."""
        del provider
        subscription, usage = documents
        told = (
            number(subscription.get("hard_limit_usd")) if isinstance(subscription, dict) else None
        )
        if told is None:
            return None
        cents = _amount(usage.get("total_usage")) if isinstance(usage, dict) else None
        used = None if cents is None else cents / 100
        limit = _amount(told)
        if limit is None or limit >= UNLIMITED:
            return CreditFacts("USD", None, None, used)
        return CreditFacts("USD", None if used is None else limit - used, limit, used)


class LiteLLM(CreditSystem):
    """The budget of a virtual key."""

    name = "litellm"

    def urls(self, provider: Provider) -> tuple[str, ...]:
        """Return the key's page."""
        return (f"{_root(provider)}/key/info",)

    def read(self, documents: Sequence[object], provider: Provider) -> CreditFacts | None:
        """Read the budget of the key, else of the tier that it is of; without either: no limit."""
        del provider
        info = object_in(documents[0], "info")
        used = _amount(info.get("spend"))
        if used is None:
            return None
        limit = _amount(info.get("max_budget"))
        if limit is None:
            limit = _amount(object_in(info, "litellm_budget_table").get("max_budget"))
        return CreditFacts("USD", None if limit is None else limit - used, limit, used)


SYSTEMS: tuple[CreditSystem, ...] = (
    OpenRouter(),
    DeepSeek(),
    SiliconFlow(),
    Moonshot(),
    NewAPI(),
    LiteLLM(),
)
_OFFICIAL = (
    "api.openai.com",
    "api.anthropic.com",
    "generativelanguage.googleapis.com",
    "googleapis.com",
    "api.groq.com",
    "api.mistral.ai",
    "openai.azure.com",
    "amazonaws.com",
    "api.aws",
    "api.x.ai",
    "api.together.xyz",
    "api.fireworks.ai",
    "api.cohere.com",
    "api.cohere.ai",
)
"""Hosts that are known to tell nothing to an API key."""
_RELAYS = ("litellm", "new-api")
"""What an unknown host is asked for first."""


def systems_for(provider: Provider) -> tuple[CreditSystem, ...]:
    """Return the systems that a provider may be, the likeliest first; none where it tells nothing.

    Args:
        provider: With its URL.
    """
    host = _host(provider)
    known = tuple(each for each in SYSTEMS if host.endswith(each.hosts) and each.hosts)
    if known:
        return known
    if host.endswith(_OFFICIAL):
        return ()
    return tuple(sorted(SYSTEMS, key=lambda each: each.name not in _RELAYS))


def _host(provider: Provider) -> str:
    return urlsplit(provider.base_url).hostname or ""


def _root(provider: Provider) -> str:
    """Return the URL that these pages are under, whichever wire API the provider is probed in."""
    return _API.sub("", provider.base_url)


def _currency(value: object) -> str | None:
    """Return the code of a currency; None where it is none."""
    code = value.strip().upper() if isinstance(value, str) else ""
    return code if _CURRENCY.fullmatch(code) else None


def _amount(value: object) -> float | None:
    """Return a finite amount, also of text; None for anything else, and for an absurd one."""
    found = number(value)
    return found if found is not None and abs(found) <= MAX_AMOUNT else None


def _facts(unit: str, remaining: object, limit: object, used: object) -> CreditFacts:
    left, total, spent = _amount(remaining), _amount(limit), _amount(used)
    if spent is None and left is not None and total is not None:
        spent = total - left
    return CreditFacts(unit, left, total, spent)


def _smaller(one: CreditFacts, other: CreditFacts) -> CreditFacts:
    """Return the facts of which less is left; those that are known, where the other is not."""
    if one.remaining is None:
        return other
    if other.remaining is None:
        return one
    return min(one, other, key=lambda each: each.remaining or 0.0)
