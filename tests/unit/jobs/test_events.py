import msgspec
import pytest

from funscribe.jobs.events import Event
from funscribe.monitor import Progress


def test_an_event_is_a_line_of_json_with_what_there_is_to_say() -> None:
    event = Event(kind="progress", job=3, video="a.mp4", progress=Progress(0.5, 9, 3.0, 1.0, None, 80.0))
    line = msgspec.json.encode(event)
    assert b"\n" not in line
    assert msgspec.json.decode(line, type=Event) == event
    assert msgspec.json.decode(msgspec.json.encode(Event(kind="idle"))) == {"kind": "idle"}


def test_an_event_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Event(kind="idle").kind = "done"  # type: ignore[misc]
