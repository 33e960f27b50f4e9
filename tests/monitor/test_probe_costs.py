import dataclasses

from relaytop.config.settings import Price, Provider, Target
from relaytop.monitor.probe_costs import ProbeCosts
from relaytop.pricing.estimate import estimate_usd_per_h

TARGET = Target(provider="p", model="m", interval_s=10.0)
PRICE = Price(1.0, 2.0)


def test_it_is_the_estimate_whatever_was_asked_before() -> None:
    costs = ProbeCosts()
    longer = dataclasses.replace(TARGET, max_tokens=400)
    for target in (TARGET, TARGET, longer, TARGET):
        for price in (PRICE, PRICE, None, Price(3.0, 9.0)):
            for assumed_price in (10.0, 20.0):
                for interval_s in (5.0, 10.0):
                    prices = {} if price is None else {"m": price}
                    provider = Provider(name="p", base_url="http://127.0.0.1:9/v1", prices=prices)
                    asked = dataclasses.replace(target, interval_s=interval_s)
                    expected = estimate_usd_per_h(asked, provider, assumed_price)
                    assert costs.per_hour(target, interval_s, price, assumed_price) == expected
