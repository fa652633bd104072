"""Who fetches beside a visit tells how far it is, and waits for nobody to hear it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from contextlib import suppress

from harvester import beside


def test_where_nobody_listens_nothing_is_waited_for():
    ours, theirs = multiprocessing.Pipe()
    os.set_blocking(theirs.fileno(), False)
    with suppress(BlockingIOError):
        while True:
            theirs.send((1, 1))
    os.set_blocking(theirs.fileno(), True)
    told = threading.Thread(target=beside.report, args=(theirs, 1, lambda: 1), daemon=True)
    told.start()
    told.join(5)
    assert not told.is_alive()
    ours.close()
    theirs.close()
