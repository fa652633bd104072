"""The roof: settings, addresses, Celery, the embedded engines. No behaviour of the product."""

from __future__ import annotations

import gc

# Starting makes some hundred thousand objects that stay. Looking through all of them again and
# again takes a fifth of the start, and finds nothing.
gc.set_threshold(50_000, 20, 50)
