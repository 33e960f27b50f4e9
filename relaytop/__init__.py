"""relaytop: a live terminal monitor for the models behind LLM API relays."""

__version__ = "0.1.0"
