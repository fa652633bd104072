"""Forms about a person."""

from __future__ import annotations

from typing import Any, ClassVar

import django_stubs_ext
from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import User

# Lets classes such as ModelForm[User] name what they are about.
django_stubs_ext.monkeypatch()
NAMES = _("Letters, digits and @ . + - _")
# In one line what AUTH_PASSWORD_VALIDATORS say in four.
PASSWORDS = _("Eight characters or more, not digits alone, and nothing that is easy to guess.")


class SignUpForm(UserCreationForm[User]):
    """A new person with username and password."""

    class Meta:
        model = User
        fields = ("username",)
        help_texts: ClassVar = {"username": NAMES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        explain(self)


def explain(form: forms.BaseForm) -> None:
    """Say briefly what a new password has to be like."""
    for name in form.fields.keys() & {"password1", "new_password1"}:
        form.fields[name].help_text = PASSWORDS


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


class KeysForm(forms.ModelForm[User]):
    """Whether keys do something by themselves: who speaks to a machine says letters by the way."""

    keys = forms.TypedChoiceField(
        choices=[("on", ""), ("off", "")], coerce=lambda said: said == "on"
    )

    class Meta:
        model = User
        fields = ("keys",)


class LayoutForm(forms.ModelForm[User]):
    """Likes as a wall of pictures, or as a list."""

    class Meta:
        model = User
        fields = ("layout",)
