import itertools

from relaytop.engine.free_check import INTERVAL_S, FreeCheck
from relaytop.protocol.messages import Notice
from relaytop.wire.facts import Failure, ModelList

DOWN = Failure("timeout", "no byte came")


def asked(free_check: FreeCheck, paused: set[str], seconds: range) -> list[tuple[int, str]]:
    return [(at, name) for at in seconds for name in free_check.providers_due(paused, float(at))]


def test_each_provider_is_asked_soon_and_then_once_a_minute_spread() -> None:
    free_check = FreeCheck()
    assert asked(free_check, set(), range(100, 200)) == []
    found = asked(free_check, {"a", "b", "c"}, range(200, 500))
    for name in "abc":
        at = [second for second, who in found if who == name]
        assert at[0] <= 201
        assert len(at) == 5 + (at[1] < 260)
        assert all(b - a == INTERVAL_S for a, b in itertools.pairwise(at[1:]))
    assert len({second for second, _name in found[3:]}) == len(found[3:])


def test_it_ends_with_the_pause_and_begins_anew() -> None:
    free_check = FreeCheck()
    assert asked(free_check, {"a"}, range(3)) == [(0, "a")]
    assert asked(free_check, set(), range(3, 200)) == []
    assert len(asked(free_check, {"a"}, range(200, 203))) == 1


def test_what_changes_is_told_and_nothing_else() -> None:
    free_check = FreeCheck()
    free_check.providers_due({"a"}, 0.0)
    assert free_check.record("a", ModelList(("m",))) is None
    news = free_check.record("a", DOWN)
    assert news == Notice("warning", "a: /models fails: timeout · no byte came")
    assert free_check.record("a", Failure("connect", "refused")) is None
    assert free_check.record("a", ModelList()) == Notice("info", "a: /models answers again")
    assert free_check.record("a", ModelList()) is None


def test_an_answer_that_comes_after_the_pause_is_no_news() -> None:
    free_check = FreeCheck()
    free_check.providers_due({"a"}, 0.0)
    free_check.providers_due(set(), 1.0)
    assert free_check.record("a", DOWN) is None
