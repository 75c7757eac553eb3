"""Faces drawn for tests: round heads on coloured grounds, the same on every machine."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

_GROUNDS = ("#ffd5dc", "#b6e3f4", "#d1d4f9", "#ffdfbf", "#c0aede")
_SKINS = ("#f2c4a2", "#a56a4a", "#edb98a", "#6f4431", "#d08b5b")
_HAIR = ("#b58143", "#2c1b18", "#724133", "#a55728", "#4a312c")


def face(seed: int, side: int = 128, smile: float = 0.5) -> QImage:
    """A face of a seed; ``smile`` from -1 to 1 bends the mouth."""
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor(_GROUNDS[seed % 5]))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / 100, side / 100)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(_HAIR[seed // 2 % 5]))
    painter.drawEllipse(QRectF(22, 12, 56, 60 + seed % 3 * 8))
    painter.setBrush(QColor(_SKINS[seed // 3 % 5]))
    painter.drawEllipse(QRectF(28, 26, 44, 52))
    painter.drawRect(QRectF(42, 70, 16, 20))
    painter.setBrush(QColor("#3c6e57"))
    painter.drawEllipse(QRectF(14, 84, 72, 50))
    painter.setBrush(QColor("#221a18"))
    painter.drawEllipse(QPointF(41, 50), 3.4, 4)
    painter.drawEllipse(QPointF(59, 50), 3.4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("#5a2d25"), 2.4))
    height = 10 * smile
    mouth = QRectF(42, 65 - abs(height), 16, 2 * abs(height))
    painter.drawArc(mouth, (180 if smile > 0 else 0) * 16, 180 * 16)
    painter.end()
    return image
