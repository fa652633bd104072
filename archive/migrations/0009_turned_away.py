"""Pictures that the storage refused: every page asks whether there are any."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # An index that is built beside running visits cannot be part of a transaction.
    atomic = False
    dependencies = [("archive", "0008_likes_by_posting")]

    operations = [
        AddIndexConcurrently(
            model_name="mediaitem",
            index=models.Index(
                condition=models.Q(("state", "wanted"), ("trouble", "storage")),
                fields=["user"],
                name="media_turned_away",
            ),
        ),
    ]
