"""Addresses of the hall."""

from __future__ import annotations

from django.urls import path

from accounts import handle_views, settings_views, views

app_name = "accounts"
urlpatterns = [
    path("accounts/signin/", views.SignIn.as_view(), name="signin"),
    path("accounts/signin/<slug:provider>/", views.leave, name="provider"),
    path("accounts/callback/<slug:provider>/", views.callback, name="callback"),
    path("accounts/handle/<slug:provider>/", handle_views.page, name="handle"),
    path("accounts/follow/<slug:provider>/", handle_views.follow, name="follow"),
    path("accounts/prove/<slug:provider>/", handle_views.prove, name="prove"),
    path("accounts/signup/", views.signup, name="signup"),
    path("accounts/signout/", views.SignOut.as_view(), name="signout"),
    path("settings/", settings_views.settings, name="settings"),
    path("settings/theme/", settings_views.theme, name="theme"),
    path("settings/keys/", settings_views.keys, name="keys"),
    path("settings/layout/", settings_views.layout, name="layout"),
    path("settings/name/", settings_views.rename, name="rename"),
    path("settings/password/", settings_views.password, name="password"),
]
