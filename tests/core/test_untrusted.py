"""The checks themselves: what they let through, and the sentences for what they do not."""

import json

import pytest

from latentstudio.core.errors import StudioError
from latentstudio.core.untrusted import (
    InputError,
    choice,
    current_version,
    explained,
    items,
    kind_of,
    number,
    optional,
    pair,
    parse_json,
    record,
    text,
    whole,
)


def test_what_is_right_passes() -> None:
    assert number(0, 1)(1, "x") == 1.0
    assert isinstance(number(0, 1)(1, "x"), float)
    assert whole(0, 5)(5, "x") == 5
    assert text(5)("grün", "x") == "grün"
    assert choice("a", "b")("b", "x") == "b"
    assert optional(whole(0, 5))(None, "x") is None
    assert items(whole(0, 5), 0, 3)([1, 2], "x") == (1, 2)
    assert pair(text(5), whole(0, 5))(["a", 1], "x") == ("a", 1)


@pytest.mark.parametrize(
    ("reader", "value", "words"),
    [
        (number(0, 1), 1.5, "x is 1.5, not a number from 0 to 1"),
        (number(0, 1), float("nan"), "x is nan"),
        (number(0, 1), False, "x is False"),
        (number(0, 1), 10**300, "x is a huge number"),
        (number(0, 1), -(10**300), "x is a huge number"),
        (whole(0, 1), {}, "x is an object"),
        (text(3), "long", "x is 'long', not a text of up to 3"),
        (text(99), "a\x00b", "cannot be shown"),
        (choice("a"), "a" * 99, r"x is 'a+\.\.\., not one of a"),
        (items(whole(0, 1), 0, 9), [0, 2], r"x\[1\] is 2"),
        (pair(whole(0, 1), whole(0, 1)), [0], "x is a list of 1"),
    ],
)
def test_what_is_wrong_is_said(reader: object, value: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        reader(value, "x")


def test_a_number_too_long_to_print_is_refused_all_the_same() -> None:
    with pytest.raises(InputError, match="x is a huge number"):
        whole(0, 1)(10**5000, "x")


def test_a_record_takes_defaults_for_what_is_missing() -> None:
    point = record(lambda x, y=2: (x, y), {"x": whole(0, 9), "y": whole(0, 9)}, required=("x",))
    assert point({"x": 1}, "p") == (1, 2)
    with pytest.raises(InputError, match=r"p.x is missing"):
        point({"y": 1}, "p")
    with pytest.raises(InputError, match="p has a field 'z', which is not known") as caught:
        point({"x": 1, "z": 1}, "p")
    assert caught.value.hint.startswith("Did you mean") or "Known: x, y." in caught.value.hint


def test_a_record_may_pass_over_what_it_does_not_know() -> None:
    assert record(dict, {"x": whole(0, 9)}, extra=True)({"x": 1, "z": {}}, "p") == {"x": 1}


def test_faults_become_sentences() -> None:
    with pytest.raises(StudioError, match=r"Could not open a - x is wrong\. Try b\."):
        raise_explained(InputError("x is wrong"))
    with pytest.raises(StudioError, match=r"Could not open a - x is old\. Update\."):
        raise_explained(InputError("x is old", "Update."))


def raise_explained(error: InputError) -> None:
    with explained("Could not open a", "Try b."):
        raise error


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "an empty file"),
        (b"\x89PNG\r\n", "a PNG picture"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture"),
        (b"PK\3\4", "a zip archive"),
        (b"<!doctype html>", "a web page"),
        (b"\x00\x01", "of an unknown kind"),
    ],
)
def test_files_are_known_by_their_first_bytes(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind


def test_json_is_json() -> None:
    assert parse_json(b'{"a": [1, 2.5, null, "\\u00fc"]}') == {"a": [1, 2.5, None, "ü"]}
    for wrong in ("{", "NaN", "[Infinity]", "1" * 5000, b"\xff\xff", "[" * 10**5, '{"a":1}x'):
        with pytest.raises(InputError, match="not JSON"):
            parse_json(wrong)


def test_versions_climb_one_by_one() -> None:
    steps = {
        1: lambda fields: fields | {"path": [1]},
        2: lambda fields: fields | {"path": [*fields["path"], 2]},
    }
    old = json.loads('{"format_version": 1}')
    assert current_version(old, 3, steps)["path"] == [1, 2]
    assert current_version({"format_version": 3}, 3, steps) == {"format_version": 3}
    with pytest.raises(InputError, match="newer"):
        current_version({"format_version": 4}, 3, steps)
