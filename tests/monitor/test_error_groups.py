"""A target's failures by class and message."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from relaytop.monitor.error_groups import (
    MAX_GROUPS,
    ErrorGroup,
    group_of,
    message_pattern,
    with_failure,
)
from relaytop.monitor.monitor import Monitor
from relaytop.monitor.summary import LastError
from relaytop.protocol.messages import Finished
from relaytop.wire.facts import ERROR_CLASSES
from tests.support.samples import T0, TARGET, sample, settings


def failure(error_class: str, at: float, message: str, request_id: str | None = None) -> LastError:
    return LastError(error_class, T0 + at, message, request_id)


def grouped(*failures: LastError) -> tuple[ErrorGroup, ...]:
    groups: tuple[ErrorGroup, ...] = ()
    for each in failures:
        groups = with_failure(groups, each)
    return groups


def test_numbers_and_ids_make_no_groups_of_their_own() -> None:
    said = "Rate limit reached for gpt-4.1: used {}, try again in {}s (request req_{})"
    (group,) = grouped(
        *(
            failure("rate_limited", n, said.format(100 + n, 9 - n, f"a{n}f7"), f"req-{n}")
            for n in range(5)
        )
    )
    assert (group.count, group.first_at, group.last_at) == (5, T0, T0 + 4)
    assert group.message == said.format(104, 5, "a4f7")
    assert group.request_ids == ("req-4", "req-3", "req-2")
    assert message_pattern("id 7d9c5f3e-1111 of GPT") == "id # of gpt"


def test_another_class_or_message_is_another_group_and_the_newest_is_first() -> None:
    groups = grouped(
        failure("auth", 0, "no"), failure("timeout", 1, "no"), failure("auth", 2, "never")
    )
    assert [(g.error_class, g.message) for g in groups] == [
        ("auth", "never"),
        ("timeout", "no"),
        ("auth", "no"),
    ]


failures = st.lists(
    st.builds(
        failure,
        st.sampled_from(ERROR_CLASSES),
        st.floats(0, 1e6),
        st.text(max_size=12) | st.text("abcdefgh", min_size=3, max_size=3),
        st.none() | st.text("xyz", min_size=1, max_size=4),
    ),
    max_size=300,
)


@given(failures)
def test_every_failure_is_in_one_of_a_bounded_number_of_groups(found: list[LastError]) -> None:
    groups = grouped(*found)
    assert len(groups) <= MAX_GROUPS
    counts: Counter[str] = Counter()
    for group in groups:
        counts[group.error_class] += group.count
        assert group.is_consistent()
    assert counts == Counter(error.error_class for error in found)
    assert all(group_of(error, groups) is not None for error in found)
    assert len({(g.error_class, g.pattern) for g in groups}) == len(groups)


def test_a_thousand_different_messages_leave_those_that_failed_last() -> None:
    words = [f"{a}{b}{c}" for a in "abcdefghij" for b in "abcdefghij" for c in "abcdefghij"]
    groups = grouped(*(failure("gateway", n, word) for n, word in enumerate(words)))
    assert groups[0].message == words[-1]
    (rest,) = [group for group in groups if group.pattern is None]
    assert rest.count == 1000 - (MAX_GROUPS - 1)


def test_a_monitor_keeps_fifty_failures_singly_and_all_in_groups() -> None:
    monitor = Monitor(settings(), T0)
    for at in range(200):
        made = sample(at, error="timeout" if at % 4 else "gateway", message=f"try {at}")
        monitor.apply(Finished(made), T0 + at)
    assert len(monitor.errors(TARGET)) == 50
    counts = {group.error_class: group.count for group in monitor.error_groups(TARGET)}
    assert counts == {"timeout": 150, "gateway": 50}
