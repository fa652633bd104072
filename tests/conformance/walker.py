"""Workers to be killed: each line of standard input is a visit, walked by a child of its own.

Says the child's number, and when it is over, how it ended. The parent never connects to the
database, so that there is nothing for children to share.
"""

from __future__ import annotations

import os
import sys

from harvester import lease
from harvester.walk import Slice, walk


def main() -> None:
    """One child after the other, until nobody wants any more."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _walk(int(line))
            os._exit(0)
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _walk(crawl_id: int) -> None:
    """Make the visit as a worker does, as far as it gets."""
    held = lease.take(crawl_id)
    if held is not None:
        walk(held, upto=Slice(), after_page=lambda crawl, stored: None)


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()
