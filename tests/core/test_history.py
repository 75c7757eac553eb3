"""History: undo, redo, merged gestures and the bound by memory."""

from dataclasses import dataclass

from latentstudio.core.history import History


@dataclass(frozen=True)
class Thing:
    name: str
    nbytes: int = 0
    shared: int = 0  # bytes that the one before holds, too

    def nbytes_beyond(self, before: "Thing") -> int:
        return self.nbytes - self.shared


def names(history: History[Thing]) -> list[str]:
    return [entry.state.name for entry in history.entries]


def test_push_undo_redo() -> None:
    history = History("Start", Thing("a"))
    assert not history.can_undo
    assert not history.can_redo
    history.push("B", Thing("b"))
    assert history.current.label == "B"
    assert history.go(0).state == Thing("a")
    assert history.can_redo
    assert history.go(1).state == Thing("b")


def test_a_new_entry_drops_what_was_undone() -> None:
    history = History("Start", Thing("a"))
    history.push("B", Thing("b"))
    history.go(0)
    history.push("C", Thing("c"))
    assert names(history) == ["a", "c"]
    assert not history.can_redo


def test_edits_of_one_gesture_are_one_entry() -> None:
    history = History("Start", Thing("a"))
    for name in "bcd":
        history.push("Drag", Thing(name), merge="psi")
    assert names(history) == ["a", "d"]


def test_another_gesture_is_another_entry() -> None:
    history = History("Start", Thing("a"))
    history.push("Drag", Thing("b"), merge="psi")
    history.push("Drag", Thing("c"), merge="seed")
    history.push("Drag", Thing("d"), merge="psi")
    history.seal()
    history.push("Drag", Thing("e"), merge="psi")
    assert names(history) == ["a", "b", "c", "d", "e"]


def test_undo_ends_a_gesture() -> None:
    history = History("Start", Thing("a"))
    history.push("Drag", Thing("b"), merge="psi")
    history.push("Other", Thing("c"))
    history.go(1)
    history.push("Drag", Thing("d"), merge="psi")
    assert names(history) == ["a", "b", "d"]


def test_going_out_of_range_is_the_nearest_end() -> None:
    history = History("Start", Thing("a"))
    history.push("B", Thing("b"))
    assert history.go(-5).state.name == "a"
    assert history.go(99).state.name == "b"


def test_what_steps_share_is_paid_once() -> None:
    history = History("Start", Thing("a", 5000), limit=60_000)
    for i in range(20):
        history.push("Same", Thing(str(i), 5000, shared=5000))
    assert len(history.entries) == 21


def test_when_the_oldest_goes_the_next_one_pays_for_what_they_shared() -> None:
    history = History("Start", Thing("a", 10_000), limit=20_000)
    for i in range(20):
        history.push("More", Thing(str(i), 10_000, shared=9_000))
        # 10,000 + 2,048 of the oldest, 1,000 + 2,048 of each other
        assert len(history.entries) == min(i + 2, 3)
    assert names(history) == ["17", "18", "19"]


def test_the_steps_of_a_drag_pay_as_one() -> None:
    history = History("Start", Thing("a"), limit=20_000)
    for i in range(50):
        history.push("Drag", Thing(str(i), 9000), merge="psi")
    history.push("Next", Thing("b", 1000))
    assert names(history) == ["a", "49", "b"]


def test_memory_bounds_the_past_but_never_the_present() -> None:
    history = History("Start", Thing("a", 1000), limit=10_000)
    for i in range(20):
        history.push("More", Thing(str(i), 1000))
    assert names(history)[-1] == "19"
    assert len(history.entries) == 10_000 // (1000 + 2048)
    history.push("Huge", Thing("huge", 10**9))
    assert names(history) == ["huge"]
    assert history.index == 0
    assert not history.can_undo
