"""What the house does every so often."""

from __future__ import annotations

from django.db import migrations


def add(apps, schema_editor):
    for name in ("sweep", "sessions"):
        apps.get_model("harvester", "Chore").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("harvester", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
