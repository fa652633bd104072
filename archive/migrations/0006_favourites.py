"""A person's own star on a like."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0005_second_looks")]

    operations = [
        migrations.AddField(
            model_name="like",
            name="is_favourite",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
