"""What a device needs to keep Likelist as an app: its name, its signs, where it begins."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

# The paper of tokens.css in the light, before any page has come, and the widths of its signs.
PAPER = "#f4f3ef"
WIDTHS = (192, 512)


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """The same for everybody. Source: https://www.w3.org/TR/appmanifest/."""
    told = {
        "id": "/",
        "name": "Likelist",
        "short_name": "Likelist",
        "description": _("Everything you like, kept, searchable, private."),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": reverse("archive:wall"),
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [_sign(width) for width in WIDTHS],
        "shortcuts": [
            {"name": str(name), "url": reverse(place)} for name, place in _places().items()
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json")


def _sign(width: int) -> dict[str, str]:
    """Its heart lies in the middle four fifths, so that a device may cut it to a shape."""
    address = static(f"img/app-{width}.png")
    size = f"{width}x{width}"
    return {"src": address, "sizes": size, "type": "image/png", "purpose": "any maskable"}


def _places() -> dict[str, str]:
    return {
        _("On this day"): "archive:on_this_day",
        _("Sources"): "harvester:sources",
    }
