"""What benchmarks write by hand is what the product reads."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from archive.models import Like
from benchmarks.crowd import Size, fill
from benchmarks.due import ROWS
from harvester.models import Schedule

SIZE = Size(2_000)


@pytest.mark.django_db
def test_the_crowd_fits_todays_tables_and_its_wall_can_be_read():
    with connection.cursor() as cursor:
        fill(cursor.cursor, SIZE)
    most = User.objects.get(pk=1)
    assert Like.objects.of(most).count() == SIZE.much
    client = Client()
    client.force_login(most)
    assert client.get("/likes/").content.count(b'class="tile') == 60


@pytest.mark.django_db
def test_the_schedules_fit_todays_tables():
    with connection.cursor() as cursor:
        for sql in ROWS:
            cursor.execute(sql.format(people=100, many=5))
    assert Schedule.objects.count() == 200
