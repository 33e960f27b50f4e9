"""The keys that a user gives: what is refused, and what the screen does by the rest."""

from collections.abc import Mapping

import pytest

from relaytop.config.errors import ConfigError
from relaytop.tui.keymap import keys_in_force, textual_keymap
from relaytop.tui.keys import PLACES
from relaytop.watch.session import Session
from tests.support.fake_engine import app_of
from tests.tui.pilots import monitor_of, on_monitor, picture, shown


def keymap_of(given: Mapping[str, str]) -> dict[str, str]:
    return textual_keymap(keys_in_force(given, lambda name: f'c.toml: keys."{name}"'))


def refusal(given: Mapping[str, str]) -> str:
    with pytest.raises(ConfigError) as caught:
        keymap_of(given)
    return str(caught.value)


def test_every_binding_has_an_id_of_its_place_a_sentence_and_a_group() -> None:
    bindings = keys_in_force({}, str)
    assert len({one.id for one in bindings}) == len(bindings)
    for one in bindings:
        assert "." in one.id
        assert one.binding.tooltip
        assert one.binding.group is not None
    assert {one.place for one in bindings} == set(PLACES)


def test_without_keys_of_the_user_nothing_is_mapped() -> None:
    assert keymap_of({}) == {}


def test_an_id_that_is_not_known_is_told_with_the_nearest() -> None:
    assert refusal({"monitor.freez": "F"}) == (
        "c.toml: keys.\"monitor.freez\": unknown; did you mean 'monitor.freeze'?"
    )


def test_a_key_that_does_not_exist_is_told_with_the_nearest() -> None:
    assert "'crtl+a' is not a key; did you mean 'ctrl+a'?" in refusal({"monitor.log": "crtl+a"})
    assert "'' is not a key" in refusal({"monitor.log": ""})
    assert "'' is not a key" in refusal({"monitor.log": "x,"})


def test_a_conflict_names_both() -> None:
    sentence = refusal({"monitor.zoom": "f"})
    assert "keys.\"monitor.zoom\": 'f' is also the key of monitor.freeze" in sentence


def test_a_conflict_is_told_once_though_a_recording_has_it_too() -> None:
    (sentence,) = refusal({"monitor.freeze": "q"}).split("\n")
    assert sentence == (
        "c.toml: keys.\"monitor.freeze\": 'q' is also the key of monitor.quit; change one of them"
    )
    (sentence,) = refusal({"monitor.freeze": "F", "monitor.log": "F"}).split("\n")
    assert sentence.count("monitor.freeze") == sentence.count("monitor.log") == 1
    (sentence,) = refusal({"monitor.freeze": "ctrl+p"}).split("\n")
    assert "ctrl+p is reserved" in sentence


def test_all_mistakes_are_told_at_once() -> None:
    given = {"nonsense": "x", "log.level": "up", "monitor.zoom": "entr", "monitor.freeze": "q"}
    sentences = refusal(given).split("\n")
    assert len(sentences) == 4
    assert all(any(f'"{name}"' in sentence for sentence in sentences) for name in given)


def test_a_name_without_its_place_is_of_the_monitor() -> None:
    assert "did you mean 'monitor.freeze'?" in refusal({"freeze": "F"})


def test_what_cannot_be_changed_is_no_unknown_name() -> None:
    assert refusal({"monitor.interrupt": "x"}).endswith("its key ctrl+c cannot be changed")


def test_two_characters_are_not_taken_for_another_key() -> None:
    assert "'Fo' is not a key; valid: a character, or a name" in refusal({"monitor.log": "Fo"})


def test_two_ids_with_one_new_key_conflict() -> None:
    assert "monitor.freeze" in refusal({"monitor.zoom": "F5", "monitor.freeze": "f5"})


def test_the_keys_of_a_recording_conflict_with_the_monitors_that_work_there() -> None:
    assert "monitor.log" in refusal({"replay.back": "l"})


def test_keys_of_places_that_never_meet_do_not_conflict() -> None:
    assert keymap_of({"page.down": "p"})["page.down"] == "p"


def test_keys_that_belong_to_textual_or_end_the_program_stay() -> None:
    assert "ctrl+p is reserved for the command palette" in refusal({"monitor.log": "ctrl+p"})
    assert "interrupt" in refusal({"monitor.log": "^c"})


def test_two_keys_may_change_places() -> None:
    keymap = keymap_of({"monitor.freeze": "w", "monitor.window": "f"})
    assert keymap["monitor.freeze"] == "w"
    assert keymap["monitor.window"] == "f"


def test_a_recording_follows_the_monitor_where_its_key_was_the_same() -> None:
    assert keymap_of({"monitor.freeze": "F"})["replay.freeze"] == "F"
    both = keymap_of({"monitor.freeze": "F", "replay.freeze": "x"})
    assert both["replay.freeze"] == "x"


async def test_a_key_that_was_given_works_and_its_own_does_not(session: Session) -> None:
    app = app_of(session)
    app.set_keymap(keymap_of({"monitor.freeze": "F", "monitor.help": "f1,!"}))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        screen = monitor_of(pilot)
        await pilot.press("f")
        assert not screen.badges().frozen
        await pilot.press("F")
        assert screen.badges().frozen
        screen.read()
        await pilot.pause()
        assert "F freeze" in shown(pilot, "keys")
        await pilot.press("question_mark")
        assert on_monitor(pilot)
        await pilot.press("!")
        await pilot.pause()
        assert not on_monitor(pilot)
        assert "Freeze the screen" in picture(pilot)


async def test_two_keys_that_changed_places_do_what_they_say(session: Session) -> None:
    app = app_of(session)
    app.set_keymap(keymap_of({"monitor.log": "e", "monitor.errors": "l"}))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        assert "events" in picture(pilot).splitlines()[0]
