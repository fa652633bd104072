"""What a browser shows while it cannot reach the house, and the worker that keeps it there.

Both are the same for everybody: no session is opened, and nothing of the request is used.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

_NAMED = re.compile(r'\b(?:href|src)="([^"#]+)')


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page itself, as the worker asks for it."""
    return HttpResponse(_page())


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker. Its text changes with whatever it keeps, which makes browsers keep that anew."""
    shown, script = _page(), (settings.BASE_DIR / "static/js/worker.js").read_text("utf-8")
    kept = [reverse("offline"), *dict.fromkeys(_NAMED.findall(shown))]
    name = f"offline-{sha256(shown.encode()).hexdigest()[:12]}"
    told = f"const NAME = {json.dumps(name)}, KEPT = {json.dumps(kept)};\n"
    return HttpResponse(told + script, content_type="text/javascript; charset=utf-8")


def _page() -> str:
    """Made without a request, so that nothing of whoever asks can be in it."""
    return render_to_string("offline.html")
