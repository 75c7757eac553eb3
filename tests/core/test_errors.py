"""StudioError and the hints for mistyped names."""

import pickle

from latentstudio.core.errors import StudioError, nearest


def test_the_line_says_what_why_and_what_to_do() -> None:
    error = StudioError("Could not open a.png", "the disk is full.", "Free some space.")
    assert str(error) == "Could not open a.png - the disk is full. Free some space."


def test_parts_may_be_left_out() -> None:
    assert str(StudioError("Nothing to do")) == "Nothing to do"
    assert str(StudioError("No", hint="Try\nagain.")) == "No. Try again."


def test_an_error_survives_a_process_boundary() -> None:
    error = pickle.loads(pickle.dumps(StudioError("What", "why", "Do.")))
    assert (error.title, error.detail, error.hint) == ("What", "why", "Do.")


def test_nearest_offers_the_closest_name_or_all() -> None:
    assert nearest("avatar-dcgan", ["avatars-dcgan", "other"]) == "Did you mean avatars-dcgan?"
    assert nearest("xyz", ["b", "a"]) == "Known: a, b."
    assert nearest("xyz", []) == ""
