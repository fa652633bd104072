"""Addresses of the library."""

from __future__ import annotations

from django.urls import path

from archive import item_views, views, wall_views

app_name = "archive"
urlpatterns = [
    path("", views.home, name="home"),
    path("likes/", wall_views.likes, name="wall"),
    path("likes/fresh/", wall_views.fresh, name="fresh"),
    path("likes/date/", item_views.go_to_date, name="date"),
    path("likes/<int:like_id>/", item_views.like, name="like"),
    path("likes/<int:like_id>/favourite/", item_views.favourite, name="favourite"),
    path("likes/<int:year>/<int:number>/", wall_views.month, name="month"),
    path("authors/<str:provider>/<str:author_id>/", item_views.author, name="author"),
    path("on-this-day/", item_views.on_this_day, name="on_this_day"),
    path("random/", item_views.at_random, name="random"),
    path("keys/", item_views.keys, name="keys"),
    path("settings/days/", views.own_days, name="own_days"),
    path("feeds/<int:feed_id>/", views.feed, name="feed"),
    path("media/<int:user_id>/<str:signature>/<str:name>", views.media, name="media"),
]
