"""A person who goes on liking: the archive outgrows what the service still shows."""

from __future__ import annotations

from tests.faults.house import House
from tests.faults.truth import check_equal
from tests.faults.visitor import Visitor

ALL_HERE = """
SELECT (SELECT count(*) FROM archive_like l JOIN accounts_user u ON u.id = l.user_id
         WHERE u.username = '{user}' AND is_settled) >= {likes}
   AND NOT EXISTS (SELECT FROM archive_mediaitem WHERE state = 'wanted')
"""
TIME_PASSES = "UPDATE harvester_schedule SET next_visit_at = now()"


def test_the_archive_holds_more_than_the_window_and_equals_the_truth(
    house: House, visitor: Visitor
) -> None:
    house.instagram.set_likes("wim", 320)
    visitor.sign_in("wim")
    user = house.one("SELECT username FROM accounts_user ORDER BY id DESC LIMIT 1")
    assert house.is_so(ALL_HERE.format(user=user, likes=300))
    for round_ in range(1, 4):
        house.instagram.like("wim", 45)
        house.sql(TIME_PASSES)
        assert house.is_so(ALL_HERE.format(user=user, likes=300 + round_ * 45))
    check_equal(house.instagram, "wim", house.export(user), least=300 + 3 * 45)
    assert house.complaints() == []
