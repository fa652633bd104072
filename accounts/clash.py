"""Transactions that the database broke off for the sake of another one: tried again at once."""

from __future__ import annotations

import functools
import logging
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection
from psycopg2.errors import DeadlockDetected, SerializationFailure

logger = logging.getLogger(__name__)
_P = ParamSpec("_P")
_T = TypeVar("_T")
TRIES = 3
# Seconds at the most, so that the two do not meet again.
PAUSE = 0.2


def retried(work: Callable[_P, _T]) -> Callable[_P, _T]:
    """The same work, done up to TRIES times when it clashes with another transaction.

    Everything that it writes has to be in one transaction of its own: inside of another one
    it is not tried again, since that one is broken off as well.
    """

    @functools.wraps(work)
    def done(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        for attempt in range(1, TRIES):
            try:
                return work(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not is_clash(error):
                    raise
                logger.warning("transactions clashed attempt=%d", attempt)
                time.sleep(random.uniform(0.0, PAUSE))  # noqa: S311  # jitter
        return work(*args, **kwargs)

    return done


def is_clash(error: OperationalError) -> bool:
    """Whether the same may work when it is done again: a deadlock, or the wrong moment."""
    return isinstance(error.__cause__, DeadlockDetected | SerializationFailure)
