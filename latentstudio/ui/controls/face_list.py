"""FaceList: the faces of a strip or grid, as Qt's lists and screen readers want them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt

from latentstudio.ui.controls.faces import Face

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

Index = QModelIndex | QPersistentModelIndex


class FaceList(QAbstractListModel):
    """The faces of one view."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.faces: list[Face] = []
        self.mime: Callable[[int], QMimeData] | None = None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.faces)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        face = self.faces[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return face.label or f"Face {index.row() + 1}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if self.mime else flags

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        return self.mime(indexes[0].row()) if self.mime and indexes else QMimeData()

    def set_count(self, count: int) -> None:
        """Makes the list longer with empty faces or cuts it."""
        have = len(self.faces)
        if count < have:
            self.beginRemoveRows(QModelIndex(), count, have - 1)
            del self.faces[count:]
            self.endRemoveRows()
        elif count > have:
            self.beginInsertRows(QModelIndex(), have, count - 1)
            self.faces.extend(Face() for _ in range(count - have))
            self.endInsertRows()

    def touch(self, row: int) -> None:
        """Says that a face looks different."""
        index = self.index(row)
        self.dataChanged.emit(index, index)
