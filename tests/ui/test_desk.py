"""The regions at each width, remembered between starts, never off every screen."""

from PySide6.QtCore import QRect, QSettings, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latentstudio.ui import theme
from latentstudio.ui.controls import Label
from tests.ui.studio import Studio, make_studio


def test_wide_windows_keep_the_rails_open(studio: Studio) -> None:
    window = studio.window
    assert window.rails[0].isVisible()
    assert 240 <= window.left.width() <= 360
    assert 280 <= window.right.width() <= 420


def test_narrow_windows_show_icons_with_a_flyout(studio: Studio) -> None:
    window = studio.window
    window.resize(1024, 700)
    QApplication.processEvents()
    assert window.left.width() == 44
    assert not window.rails[0].isVisible()
    window.desk.reveal("sample")
    assert window.rails[0].isVisible()
    studio.key(Qt.Key.Key_Escape, to=window.rails[0].parentWidget())
    assert not window.rails[0].isVisible()
    window.resize(1440, 900)
    QApplication.processEvents()
    assert window.rails[0].isVisible()


def test_narrow_windows_begin_with_one_open_section(studio: Studio) -> None:
    window = studio.window

    def open_ones() -> list[str]:
        return [s.key for s in window.rails[1].present() if s.is_open()]

    assert open_ones() == ["truncation", "directions"]
    window.resize(1024, 700)
    QApplication.processEvents()
    assert open_ones() == ["directions"]
    window.workspaces.show("animate")
    assert open_ones() == ["keyframe"]
    window.panel("ease").header.click()
    window.resize(1440, 900)
    QApplication.processEvents()
    assert open_ones() == ["keyframe", "ease"]  # as the user has left them


def test_a_section_that_works_is_open_in_a_narrow_window(studio: Studio) -> None:
    window = studio.window
    window.resize(1024, 700)
    window.workspaces.show("mix")  # the model has one style layer: there are no bands
    assert window.panel("styles").reason()
    assert [s.key for s in window.rails[1].present() if s.is_open()] == ["interpolate"]


def test_regions_left_in_a_narrow_window_suit_a_wide_one(studio: Studio) -> None:
    window = studio.window
    window.workspaces.show("mix")
    window.resize(1024, 700)
    window.workspaces.show("explore")
    window.resize(1440, 900)
    window.workspaces.show("mix")
    studio.qtbot.waitUntil(lambda: window.left.width() == 272)
    assert window.right.width() == 320


def test_a_rail_keeps_its_look_when_it_moves(studio: Studio, qapp: QApplication) -> None:
    window = studio.window
    theme.apply_theme(qapp, "light", 1.3)
    window.desk.fit_again()
    for width in (1024, 1800):
        window.resize(width, 900)
        QApplication.processEvents()
    words = window.panel("sample").findChildren(Label)
    assert words
    for label in words:
        assert label.font().pixelSize() == theme.font(label._role).pixelSize()


def test_smallest_window_still_shows_the_picture(studio: Studio) -> None:
    studio.window.resize(800, 520)
    QApplication.processEvents()
    assert studio.window.width() == 800
    assert studio.window.height() == 520
    assert studio.window.canvas.target().width() >= 200


def test_regions_are_remembered(qtbot: QtBot, tmp_path: object, studio: Studio) -> None:
    window = studio.window
    window.actions_by_name["strip"].trigger()
    window.panel("plane").set_open(False)
    window.actions_by_name["smooth"].trigger()
    window.close()
    second = make_studio(qtbot, studio.folder)
    assert not second.window.bottom.isVisible()
    assert not second.window.panel("plane").is_open()
    assert not second.window.canvas.smooth
    second.window.actions_by_name["reset_layout"].trigger()
    assert second.window.bottom.isVisible()
    assert second.window.panel("plane").is_open()
    second.window.close()
    second.window.deleteLater()


def test_a_window_left_off_every_screen_comes_back(qtbot: QtBot, studio: Studio) -> None:
    window = studio.window
    window.setGeometry(QRect(90_000, 90_000, 900, 600))
    window.close()
    second = make_studio(qtbot, studio.folder)
    screen = QApplication.primaryScreen().availableGeometry()
    assert screen.intersects(second.window.frameGeometry())
    second.window.close()
    second.window.deleteLater()


def test_settings_that_are_broken_are_ignored(qtbot: QtBot, studio: Studio) -> None:
    studio.window.close()
    settings = QSettings(str(studio.folder / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("window/geometry", b"nonsense")
    settings.setValue("window/workspaces", "{nonsense")
    settings.sync()
    second = make_studio(qtbot, studio.folder)
    assert second.window.isVisible()
    second.window.close()
    second.window.deleteLater()


def test_picture_only_hides_the_rest_and_brings_it_back(studio: Studio) -> None:
    window = studio.window
    window.actions_by_name["strip"].trigger()
    action = window.actions_by_name["picture_only"]
    action.trigger()
    assert not window.left.isVisible()
    assert not window.right.isVisible()
    assert window.canvas.isVisible()
    action.trigger()
    assert window.left.isVisible()
    assert window.right.isVisible()
    assert not window.bottom.isVisible()


def test_theme_and_text_size_switch_live_and_are_kept(studio: Studio) -> None:
    window = studio.window
    window.actions_by_name["flip_theme"].trigger()
    assert not theme.tokens().dark
    height = window.top_bar.height()
    window.actions_by_name["text_larger"].trigger()
    assert theme.scale() == 1.15
    QApplication.processEvents()
    assert window.top_bar.height() > height
    window.actions_by_name["text_normal"].trigger()
    assert theme.scale() == 1.0
    assert window.settings.value("view/theme") == "light"
