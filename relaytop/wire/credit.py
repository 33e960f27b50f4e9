"""The signs of used-up credit in a server's message, where no code of its own says so."""

from __future__ import annotations

import re

# Not `\b`: servers shout INSUFFICIENT_CREDITS, and an underscore is a letter to `\b`.
_MONEY = (
    r"(?<![a-z])(?:credits?|billing|funds|(?<!load )(?<!load[_-])balance|insufficient[ _-]quota"
    r"|top[ -]?up|recharge|payment|invoices?)(?![a-z])|充值"
)
_SPENT = (
    # Codes that LiteLLM leaves in the text alone, and what OpenAI says beside them.
    r"credit_balance_exhausted|insufficient_(?:user_)?quota|organization_usage_limit_exceeded"
    r"|(?<![a-z])spend[ _-]limit|(?:reached|exceeded) (?:its|your organization.s) usage limit"
    r"|exceeded your current quota|余额|额度|欠费"
    # Alibaba, Volcengine; xAI, Fireworks; OpenRouter; Cloudflare
    r"|(?<![a-z])arrear(?:s|age)?(?![a-z])|(?<![a-z])overdue(?![a-z])|account is in good standing"
    r"|(?<![a-z])spending[ _-]limit|(?:past|unpaid|outstanding) (?:invoice|balance|payment)"
    r"|used (?:up )?all (?:of )?(?:your |its )?(?:available )?credits|requires more credits"
    r"|can only afford|key limit exceeded|used up your (?:daily )?(?:free )?(?:allocation|quota)"
    r"|free tier of the model has been exhausted|resource pack(?:age)?[^.]{0,20}exhausted"
    # Anthropic; Volcengine; LiteLLM; DeepInfra; Chutes; the rest of the world
    r"|reached your specified api usage limit"
    r"|exhausted (?:its|your|the) free (?:trial )?(?:quota|credits?|tier)"
    r"|(?:credit|budget) limit (?:is |has been )?(?:exceeded|reached)|over budget|max budget"
    r"|exceeded[a-z]{0,8}budget|budget (?:is |has been )?(?:exceeded|exhausted)"
    r"|(?:doesn.t|don.t|does not|do not) have (?:any |enough |sufficient )?(?:credits?|funds)"
    r"|(?:enter|no|without|missing) (?:a )?(?:valid )?payment method|non-?payment"
    r"|balance is \$?-?0(?:\.0+)?(?![.\d])|trial (?:period )?(?:has )?(?:expired|ended)"
    r"|monthly (?:usage )?quota (?:has been )?exceeded|quota is not enough"
    r"|资源包.{0,6}(?:用尽|耗尽|用完)|残高不足|saldo insuficiente"
)
_LACK = (
    r"(?<![a-z])(?:(?:insufficient|not enough)[ _-](?!permission|privilege|scope|right)"
    r"(?:[a-z]{1,20}[ _-]){0,4}"
    r"|(?:no|low|negative|out of|zero)[ _-](?:[a-z]{1,20}[ _-]){0,2})"
    r"(?:credits?|balance|funds|quota)(?![a-z])"
    r"|(?<![a-z])(?:credits?|balance|funds)(?![a-z])[^.]{0,40}"
    r"(?:exhausted|depleted|expired|insufficient|used up|(?:too|is) low|negative|zero|r[au]n out)"
    r"|exceeded (?:your|its|the) (?:[a-z]{1,20} ){0,2}(?:credits?|balance|budget)"
    r"|(?:not active|suspended)[^.]{0,40}billing|billing[^.]{0,20}(?:not active|hard limit)"
)
_MENTIONS = re.compile(f"{_MONEY}|{_SPENT}|{_LACK}")
_LACKS = re.compile(f"{_SPENT}|{_LACK}")
_WAITING_HELPS = re.compile(
    r"\b(?:try again|retry) in\b|\bper ?(?:min|sec|hour)|\brpm\b|\btpm\b|load balanc"
)


def mentions_credit(message: str) -> bool:
    """Return whether a message (in lower case) is about credit: with 401 or 403 the reason."""
    return _MENTIONS.search(message) is not None


def lacks_credit(message: str) -> bool:
    """Return whether a message (in lower case) says that there is no credit left.

    A rate limit's message may say where to buy more: a mention of credit is no lack of it.
    """
    return _LACKS.search(message) is not None


def waiting_helps(message: str) -> bool:
    """Return whether a message (in lower case) is about a limit that resets by itself."""
    return _WAITING_HELPS.search(message) is not None
