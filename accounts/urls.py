"""Addresses of the hall."""

from __future__ import annotations

from django.urls import path

from accounts import settings_views, views

app_name = "accounts"
urlpatterns = [
    path("accounts/signin/", views.SignIn.as_view(), name="signin"),
    path("accounts/signin/<slug:provider>/", views.leave, name="provider"),
    path("accounts/callback/<slug:provider>/", views.callback, name="callback"),
    path("accounts/signup/", views.signup, name="signup"),
    path("accounts/signout/", views.SignOut.as_view(), name="signout"),
    path("settings/", settings_views.settings, name="settings"),
    path("settings/theme/", settings_views.theme, name="theme"),
    path("settings/name/", settings_views.rename, name="rename"),
    path("settings/password/", settings_views.password, name="password"),
]
