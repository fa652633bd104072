"""How many places of a window stayed empty: what is deleted takes one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("harvester", "0007_pages_alone"),
    ]

    operations = [
        migrations.AddField(
            model_name="crawl",
            name="followed_pages",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="crawl",
            name="left_out",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="crawl",
            name="page_size",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
