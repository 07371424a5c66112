"""A studio's service, and the recorder of a machine that reaches it over HTTP."""

from dataclasses import dataclass

from ledger.cli.serve import served_log
from ledger.encoding.statement import Composed, Draft, Secret
from ledger.ports import Receipt
from ledger.production.opening import Production
from ledger.production.recorder import Recorder
from ledger.records.statement import Scope
from ledger.service.server import Service, listen

REGISTRY = """
[production]
title = "The Room (fictional)"

[[party]]
type = "organisation"
name = "Example Pictures (fictional)"
"""


@dataclass
class Away:
    """A studio's service, and the recorder of a machine that reaches it by HTTP."""

    production: Production
    recorder: Recorder
    port: int
    _service: Service | None = None

    def start(self) -> None:
        served = served_log(self.production)
        self._service = Service(served, listen("127.0.0.1", self.port))
        self._service.start()

    def stop(self) -> None:
        if self._service is not None:
            self._service.stop()
            self._service = None

    def size(self) -> int:
        return self.production.reader().size()

    def statement(
        self, number: int, name: str = "a", prev: tuple[str, ...] = ()
    ) -> Composed:
        key = f"{number:032x}"
        return self.recorder.compose(
            Draft(
                log=self.production.log,
                kind="element.1",
                key=key,
                body={"name": Secret(name)},
                scope=Scope.model_validate({"element": key}),
                prev=prev,
            )
        )

    def state(self, number: int, prev: tuple[str, ...] = ()) -> list[Receipt]:
        return self.recorder.record([self.statement(number, prev=prev)], "studio")

    def names(self) -> list[str]:
        """Keys of the elements in the log, in its order."""
        reader = self.production.reader()
        stored = reader.statements(0, reader.size())
        return [one.key[-2:] for one in stored if one.kind == "element.1"]
