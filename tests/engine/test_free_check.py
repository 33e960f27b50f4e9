import itertools

from relaytop.engine.free_check import INTERVAL_S, FreeCheck
from relaytop.protocol.messages import Notice
from relaytop.wire.facts import Failure

DOWN = Failure("timeout", "no byte came")


def asked(lookout: FreeCheck, paused: set[str], seconds: range) -> list[tuple[int, str]]:
    return [(at, name) for at in seconds for name in lookout.due(paused, float(at))]


def test_each_provider_is_asked_soon_and_then_once_a_minute_spread() -> None:
    lookout = FreeCheck()
    assert asked(lookout, set(), range(100, 200)) == []
    found = asked(lookout, {"a", "b", "c"}, range(200, 500))
    for name in "abc":
        at = [second for second, who in found if who == name]
        assert at[0] <= 201
        assert len(at) == 5 + (at[1] < 260)
        assert all(b - a == INTERVAL_S for a, b in itertools.pairwise(at[1:]))
    assert len({second for second, _name in found[3:]}) == len(found[3:])


def test_it_ends_with_the_pause_and_begins_anew() -> None:
    lookout = FreeCheck()
    assert asked(lookout, {"a"}, range(3)) == [(0, "a")]
    assert asked(lookout, set(), range(3, 200)) == []
    assert len(asked(lookout, {"a"}, range(200, 203))) == 1


def test_what_changes_is_told_and_nothing_else() -> None:
    lookout = FreeCheck()
    lookout.due({"a"}, 0.0)
    assert lookout.heard("a", ("m",)) is None
    news = lookout.heard("a", DOWN)
    assert news == Notice("warning", "a: /models fails: timeout · no byte came")
    assert lookout.heard("a", Failure("connect", "refused")) is None
    assert lookout.heard("a", ()) == Notice("info", "a: /models answers again")
    assert lookout.heard("a", ()) is None


def test_an_answer_that_comes_after_the_pause_is_no_news() -> None:
    lookout = FreeCheck()
    lookout.due({"a"}, 0.0)
    lookout.due(set(), 1.0)
    assert lookout.heard("a", DOWN) is None
