"""Journeys as JSON: records beside their pictures in sessions, and a text of their own."""

import json
from collections.abc import Callable
from typing import Any

from latentstudio.core.errors import StudioError
from latentstudio.core.journey import (
    EASES,
    MAX_FPS,
    MAX_KEYFRAMES,
    MAX_SECONDS,
    NAME,
    Journey,
    Keyframe,
)
from latentstudio.core.recipe import Recipe
from latentstudio.core.recipe_json import encode, recipe_reader
from latentstudio.core.untrusted import (
    InputError,
    Reader,
    choice,
    current_version,
    explained,
    flag,
    items,
    number,
    parse_json,
    record,
    text,
    whole,
)

Fields = dict[str, Any]

FORMAT_VERSION = 1
MAX_TEXT = 64 * 2**20
_KIND = "journey"
_HINT = "Check the text, or make the journey again in the window."


def journey_json(journey: Journey, store: Callable[[Recipe], object]) -> Fields:
    """The JSON object of a journey; its pictures are what ``store`` makes of them."""
    return {
        "keyframes": [
            {"recipe": store(k.recipe), "time": float(k.time), "ease": k.ease, "name": k.name}
            for k in journey.keyframes
        ],
        "loop": bool(journey.loop),
        "fps": int(journey.fps),
        "tail": float(journey.tail),
    }


def fields_reader(stored: Reader[Any]) -> Reader[Fields]:
    """A reader of what ``journey_json`` writes, for ``made``; ``stored`` reads one picture."""
    keyframe: Reader[Fields] = record(
        dict,
        {
            "recipe": stored,
            "time": number(0.0, MAX_SECONDS),
            "ease": choice(*EASES),
            "name": text(NAME),
        },
        required=("recipe", "time"),
    )
    return record(
        dict,
        {
            "keyframes": items(keyframe, 0, MAX_KEYFRAMES),
            "loop": flag,
            "fps": whole(1, MAX_FPS),
            "tail": number(0.0, MAX_SECONDS),
        },
    )


def made(fields: Fields, find: Callable[[Any], Recipe]) -> Journey:
    """The journey of what was read; ``find`` gives the picture that was stored.

    Raises:
        InputError: keyframes out of order or of different models.
    """
    given = fields.get("keyframes", ())
    try:
        keyframes = tuple(Keyframe(**(one | {"recipe": find(one["recipe"])})) for one in given)
        return Journey(**(fields | {"keyframes": keyframes}))
    except StudioError as error:
        raise InputError(error.detail, error.hint) from error
    except ValueError as error:
        raise error if isinstance(error, InputError) else InputError(str(error)) from error


def journey_text(journey: Journey) -> str:
    """A journey as JSON text with its arrays inline, for files and the ``journey`` command."""
    head = {"format_version": FORMAT_VERSION, "kind": _KIND}
    return json.dumps(head | journey_json(journey, encode))


def parse_journey(data: bytes | str, name: str = "the journey") -> Journey:
    """The journey of a JSON text such as ``{"keyframes": [{"recipe": {}, "time": 0}]}``.

    Raises:
        StudioError: no journey, an unknown field, a number out of range, of a newer program.
    """
    with explained(f"Could not read {name}", _HINT):
        if len(data) > MAX_TEXT:
            raise InputError(f"the text is longer than {MAX_TEXT // 2**20} MB")
        parsed = parse_json(data)
        if isinstance(parsed, dict):
            parsed = current_version({"format_version": 1} | parsed, FORMAT_VERSION, {})
            fields = {key: v for key, v in parsed.items() if key not in ("format_version", "kind")}
            return made(fields_reader(recipe_reader())(fields, "journey"), lambda found: found)
        raise InputError("the text is not an object with keyframes")
