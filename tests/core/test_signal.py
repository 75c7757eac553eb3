"""Signal: order, weak methods, and changes of the listeners while it emits."""

import gc

from latentstudio.core.signal import Signal


class Listener:
    def __init__(self) -> None:
        self.heard: list[int] = []

    def hear(self, value: int) -> None:
        self.heard.append(value)


def test_listeners_are_called_in_the_order_of_connecting() -> None:
    signal: Signal[[int]] = Signal()
    heard: list[str] = []
    signal.connect(lambda value: heard.append(f"first {value}"))
    signal.connect(lambda value: heard.append(f"second {value}"))
    signal.emit(3)
    assert heard == ["first 3", "second 3"]


def test_a_method_does_not_keep_its_owner_alive() -> None:
    signal: Signal[[int]] = Signal()
    listener = Listener()
    heard = listener.heard
    signal.connect(listener.hear)
    signal.emit(1)
    del listener
    gc.collect()
    signal.emit(2)
    assert heard == [1]


def test_a_lambda_is_kept() -> None:
    signal: Signal[[int]] = Signal()
    heard: list[int] = []
    signal.connect(lambda value: heard.append(value))
    gc.collect()
    signal.emit(1)
    assert heard == [1]


def test_a_builtin_method_is_kept() -> None:
    signal: Signal[[int]] = Signal()
    heard: list[int] = []
    signal.connect(heard.append)
    signal.emit(1)
    assert heard == [1]


def test_disconnect_stops_and_unknown_listeners_are_no_error() -> None:
    signal: Signal[[int]] = Signal()
    listener = Listener()
    signal.connect(listener.hear)
    signal.disconnect(listener.hear)
    signal.disconnect(print)
    signal.emit(1)
    assert listener.heard == []


def test_a_listener_that_connects_another_does_not_call_it_at_once() -> None:
    signal: Signal[[int]] = Signal()
    late = Listener()
    signal.connect(lambda value: signal.connect(late.hear))
    signal.emit(1)
    assert late.heard == []
    signal.emit(2)
    assert late.heard == [2]


def test_keyword_arguments_arrive() -> None:
    signal: Signal[[int]] = Signal()
    listener = Listener()
    signal.connect(listener.hear)
    signal.emit(value=4)
    assert listener.heard == [4]
