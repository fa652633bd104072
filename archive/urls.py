"""Addresses of the library."""

from __future__ import annotations

from django.urls import path

from archive import views, wall_views

app_name = "archive"
urlpatterns = [
    path("", views.home, name="home"),
    path("likes/", wall_views.likes, name="wall"),
    path("likes/fresh/", wall_views.fresh, name="fresh"),
    path("likes/<int:like_id>/", views.like, name="like"),
    path("likes/<int:year>/<int:number>/", wall_views.month, name="month"),
    path("feeds/<int:feed_id>/", views.feed, name="feed"),
    path("media/<int:user_id>/<str:signature>/<str:name>", views.media, name="media"),
]
