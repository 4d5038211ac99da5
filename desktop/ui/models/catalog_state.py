"""The catalogue as the window holds it: read once in a job, judged in a job, told by one signal."""

from __future__ import annotations

import time
from collections.abc import Generator

from PySide6.QtCore import QObject, Signal

from desktop.errors import KotonohaError, sentence
from desktop.jobs import Cancel
from desktop.models.catalog import Loaded, Use, load, use
from desktop.models.catalog_entries import Catalog, Entry
from desktop.models.catalog_search import Search
from desktop.models.fits import this_machine
from desktop.models.lineage import Nodes, nodes_of
from desktop.models.outlook import list_devices
from desktop.models.recommend import Judged
from desktop.models.speed import Machine
from desktop.store import Model
from desktop.ui.models.catalog_known import Survey, installed, survey_all
from desktop.ui.session import Session

GOOD_FOR = 300.0  # seconds, after which the memory and the disk are looked at again


class CatalogState(QObject):
    """What is known now; ``changed`` whenever more is."""

    changed = Signal()
    said = Signal(str, object)  # that the kept edition is damaged, as the rooms say it

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.search: Search | None = None  # with the catalogue; None before it is read
        self.nodes: Nodes = {}
        self.uses: dict[str, Use] = {}
        self.machine: Machine | None = None
        self.survey: Survey | None = None
        self.here: dict[str, Model] = {}  # models of the catalogue that are on this machine
        self.problem = ""  # why there is no survey
        self._running: Cancel | None = None
        self._surveyed = -GOOD_FOR
        session.models_changed.connect(self._look_for_installed)

    @property
    def catalog(self) -> Catalog | None:
        """The catalogue, once it is read."""
        return self.search.catalog if self.search else None

    def best(self, entry: Entry) -> Judged | None:
        """Return the quantization to have here, and how it fits; None while that is not known."""
        return self.survey.best.get(entry.key) if self.survey else None

    def refresh(self) -> None:
        """Read and judge what is not known yet, or was found out too long ago."""
        if self._running is not None or time.monotonic() - self._surveyed < GOOD_FOR:
            return
        session, search = self._session, self.search

        def job(cancel: Cancel) -> Generator[tuple[Loaded, Search] | Machine, None, Survey]:
            nonlocal search
            if search is None:
                loaded = load()
                search = Search(loaded.catalog)
                yield loaded, search
            devices = session.loader.known_devices
            if not devices:
                devices = session.loader.after_unloading(list_devices(session.engine, cancel))
            machine = this_machine(session.store, devices)
            yield machine
            return survey_all(search.catalog, machine, cancel)

        self._running = session.jobs.run(
            job, owner=self, on_event=self._take, on_done=self._end, on_failed=self._fail
        )

    def show(self, search: Search, survey: Survey | None = None) -> None:
        """Take a catalogue, and what was found out about it, that are there already."""
        self.search = search
        self.nodes = nodes_of(search.catalog)
        self.uses = {entry.key: use(search.catalog, entry) for entry in search.catalog.models}
        self.survey = survey
        self.machine = survey.machine if survey else self.machine
        self._look_for_installed()

    def _take(self, found: tuple[Loaded, Search] | Machine) -> None:
        if isinstance(found, Machine):
            self.machine = found
            self.changed.emit()
            return
        loaded, search = found
        self.show(search)
        if loaded.problem is not None:
            self.said.emit(sentence(loaded.problem), None)

    def _end(self, survey: Survey) -> None:
        self._running = None
        self._surveyed = time.monotonic()
        self.survey, self.problem = survey, ""
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self._running = None
        self.problem = sentence(error)
        if not isinstance(error, KotonohaError):
            self._session.jobs.failed.emit(error)
        self.changed.emit()

    def _look_for_installed(self) -> None:
        if self.search is not None:
            self.here = installed(self.search.catalog, self._session.models)
            self.changed.emit()
