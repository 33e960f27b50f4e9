"""The config file that `relaytop init` writes; the tests read this very text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_AFTER_TARGETS = "# Notifications when"
"""How the part begins that names no provider."""

_HEAD = """\
# relaytop's configuration. Durations are written 500ms, 5s, 2m, 1h.
# Every key but the providers' is optional; the values below are the defaults.

interval = "5s"                     # between probes of a target
timeout = "30s"                     # per probe, to the last byte
window = "10m"                      # of percentiles and error rate; or "100 requests"
history = 3600                      # samples kept per target
budget = 1.00                       # USD per UTC day; 0 = send nothing that costs
assumed_price = 10.00               # USD per million tokens, where a price is unknown
# status_pages = true               # ask the official status pages that are known
# mouse = false                     # leave clicks and the wheel to the terminal

[probe]
prompt = "ping"
max_tokens = 16
stream = true
unique = true                       # start each prompt with a nonce, so that no cache replies
# extra = { reasoning_effort = "low" }  # merged into each request's body

[thresholds]                        # a target above these is degraded
p95 = "2s"
ttft = "1s"
error_rate = 0.05
gap = "5s"                          # longest gap between chunks of a stream
# credit = 5.00                     # what must be left at a provider that tells it, in its unit

"""
_EXAMPLE = """\
[providers.holysheep]
base_url = "https://api.holysheep.ai/v1"
api = "openai"                      # or anthropic, gemini, azure
api_key_env = "HOLYSHEEP_API_KEY"   # or api_key_command = ["pass", "show", "holysheep"], which
                                    # runs again every api_key_lifetime = "50m" where that is set,
                                    # or api_key_file = "~/.holysheep-key"
models = ["gpt-4.1", "claude-sonnet-4.5", "gemini-2.5-flash", "deepseek-v3.2"]
# max_rpm = 60
# headers = { "X-Team" = "ops" }
# ca_file = "/etc/ssl/relay-ca.pem"
# tls_strict = false                # a company CA's certificate that Python 3.13 rejects
# proxy = "http://proxy.example:3128"
# http2 = false
# credit = true                     # ask every 10 min what is left there; free
# status_page = "https://status.example.com"  # true: the known one; false: none
# api_version = "2024-10-21"        # azure only

# USD per million tokens; also cached_input, request. Each model must be in `models` above.
# [providers.holysheep.prices]
# "gpt-4.1" = { input = 8.00, output = 8.00 }
# "claude-sonnet-4.5" = { input = 15.00, output = 15.00 }
# "gemini-2.5-flash" = { input = 2.50, output = 2.50 }
# "deepseek-v3.2" = { input = 0.42, output = 0.42 }

# A second provider, for comparison:
# [providers.openrouter]
# base_url = "https://openrouter.ai/api/v1"
# api_key_env = "OPENROUTER_API_KEY"
# models = ["openai/gpt-4.1"]

"""
_TAIL = """\
# Settings of one target:
# [targets."holysheep/gpt-4.1"]
# mode = "responses"                # or chat, embeddings, rerank; also per provider
# interval = "10s"
# thresholds = { p95 = "4s" }

# One model and its id at each provider:
# [aliases]
# "gpt-4.1" = ["holysheep/gpt-4.1", "openrouter/openai/gpt-4.1"]

# Notifications when a target is down or degraded:
# [alerts]
# after = 2                         # bad evaluations (one every 5 s) before it fires
# bell = true                       # the terminal's bell
# title = true                      # the terminal's title
# notify = true                     # a desktop notification
# command = ["/usr/local/bin/page"] # facts in RELAYTOP_ALERT_* and as JSON on stdin
# webhook_env = "ALERT_WEBHOOK"     # the variable that holds its URL
# format = "json"                   # or slack, alertmanager

# Where `relaytop agent` sends its metrics (extra `otlp`):
# [otlp]
# endpoint = "http://collector:4318"

# Many hosts on one screen: `relaytop fleet`
# [fleet]
# prometheus = "http://prometheus.example:9090"   # that scrapes the agents
# token_env = "PROMETHEUS_TOKEN"    # or token_command, token_file
# headers = { "X-Scope-OrgID" = "ops" }
# ca_file = "/etc/ssl/prometheus-ca.pem"
# match = '{env="prod"}'            # only series with these labels
# by = "region"                     # the label that is the place of a row
# ssh = ["ops-1", "ops-2"]          # hosts whose agents are read over ssh
# remote = "relaytop"               # its path on those hosts
# ssh_config = "~/.ssh/config"

# Rebind keys of the screen; `relaytop keys` lists the names:
# [keys]
# "monitor.freeze" = "F"
# "monitor.help" = "?,f1"
"""
TEMPLATE = _HEAD + _EXAMPLE + _TAIL


def template_with(blocks: Sequence[str]) -> str:
    """Return the file with these providers' tables in place of the example's.

    Args:
        blocks: TOML, a provider each.
    """
    tail = _TAIL[_TAIL.index(_AFTER_TARGETS) :]
    return "\n".join([_HEAD + blocks[0], *blocks[1:], tail])
