"""A worker that hears nothing while the doorbell rings ends, so that another one is started.

A Valkey that was killed and is back at once can leave a worker connected and deaf: what it could
not acknowledge counts as work in its hands for ever, and with its hands full it takes no more.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import bootsteps
from celery.signals import task_received
from celery.worker import state
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# Looked so often; what waits at so many looks in a row, with nothing to do between, is not heard.
EVERY, LOOKS = 5.0, 3


class Hearing(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """Part of a worker, in the loop that takes messages."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._heard = self._heard_before = self._missed = 0
        self._looks: Any = None

    def start(self, worker: Any) -> None:
        task_received.connect(self._hear)
        self._looks = worker.timer.call_repeatedly(EVERY, self.look, (worker,))

    def stop(self, worker: Any) -> None:
        if self._looks:
            self._looks.cancel()

    def look(self, worker: Any) -> None:
        """Whether it is deaf by now; then it ends."""
        is_silent, self._heard_before = self._heard == self._heard_before, self._heard
        is_deaf = is_silent and not state.active_requests and _rings(worker)
        self._missed = self._missed + 1 if is_deaf else 0
        if self._missed >= LOOKS:
            logger.error("worker hears nothing while the doorbell rings: it ends")
            state.should_terminate = True

    def _hear(self, **_: Any) -> None:
        self._heard += 1


def _rings(worker: Any) -> bool:
    """Whether messages wait for somebody; not where nobody can say so."""
    with worker.app.connection_for_read() as connection:
        try:
            client = connection.default_channel.client
            return any(client.llen(name) for name in worker.app.amqp.queues.consume_from)
        except (*connection.connection_errors, OperationalError):
            return False
