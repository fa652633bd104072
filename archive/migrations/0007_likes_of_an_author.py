"""The likes of one author, in the wall's order."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # An index that is built beside running visits cannot be part of a transaction.
    atomic = False
    dependencies = [("archive", "0006_favourites")]

    operations = [
        AddIndexConcurrently(
            model_name="like",
            index=models.Index(
                condition=models.Q(("wall_feed__isnull", False)),
                fields=["user", "provider", "author_id", "-liked_at", "-rank", "-id"],
                name="like_of_author",
            ),
        ),
    ]
