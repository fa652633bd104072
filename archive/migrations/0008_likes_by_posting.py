"""Likes by the day on which they were posted."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # An index that is built beside running visits cannot be part of a transaction.
    atomic = False
    dependencies = [("archive", "0007_likes_of_an_author")]

    operations = [
        AddIndexConcurrently(
            model_name="like",
            index=models.Index(
                condition=models.Q(("wall_feed__isnull", False)),
                fields=["user", "posted_at"],
                name="like_posted",
            ),
        ),
    ]
