"""Where a covered stretch began anew above older likes, some may lie in between: say so."""

from django.db import migrations

HOLES = """
INSERT INTO archive_gap (feed_id, state, upper, lower, opened_visit, opened_at, ended_at)
SELECT f.id, 'lost', f.covered_bottom, max(e.rank), f.visits, now(), now()
  FROM archive_feed f JOIN archive_entry e ON e.feed_id = f.id AND e.rank < f.covered_bottom
 GROUP BY f.id
"""


class Migration(migrations.Migration):
    dependencies = [("archive", "0003_coverage")]

    operations = [migrations.RunSQL(HOLES, migrations.RunSQL.noop)]
