"""The child process that looks list prices up; see `list_price_process`."""

from __future__ import annotations

import json
import sys
import time

from relaytop.config.settings import Price
from relaytop.pricing.list_price import list_price


def main() -> None:
    """Read one request from stdin, and write model → price to stdout."""
    request = json.load(sys.stdin)
    now = time.time()
    found = {
        model: {name: getattr(price, name) for name in Price.__slots__}
        for model in request["models"]
        if (price := list_price(request["base_url"], model, now)) is not None
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
