"""Forms about a person."""

from __future__ import annotations

from typing import ClassVar

import django_stubs_ext
from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import User

# Lets classes such as ModelForm[User] name what they are about.
django_stubs_ext.monkeypatch()
NAMES = _("Letters, digits and @ . + - _")


class SignUpForm(UserCreationForm[User]):
    """A new person with username and password."""

    class Meta:
        model = User
        fields = ("username",)
        help_texts: ClassVar = {"username": NAMES}


class NameForm(forms.ModelForm[User]):
    """What a person is called here."""

    class Meta:
        model = User
        fields = ("username",)
        help_texts: ClassVar = {"username": NAMES}


class ThemeForm(forms.ModelForm[User]):
    """Light, dark, or like the device."""

    class Meta:
        model = User
        fields = ("theme",)


class LayoutForm(forms.ModelForm[User]):
    """Likes as a wall of pictures, or as a list."""

    class Meta:
        model = User
        fields = ("layout",)
