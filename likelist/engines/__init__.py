"""The embedded engines: a real PostgreSQL and a real Valkey from wheels, for a machine without.

`with engines.hold(data) as urls` has them up in the block, beside whoever else holds them;
`with engines.throwaway() as urls` makes fresh ones for a test run.
"""

from __future__ import annotations

from likelist.engines.errors import EngineError, sentence
from likelist.engines.fleeting import Throwaway, start, throwaway
from likelist.engines.holding import Hold, hold, wanted

__all__ = ["EngineError", "Hold", "Throwaway", "hold", "sentence", "start", "throwaway", "wanted"]
