"""The arithmetic of coming back: whatever the history, neither too late nor too often."""

from __future__ import annotations

import math
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.histories import END, History, binges, sittings
from benchmarks.schedules import Played
from harvester import when
from harvester.pace import DAY, HORIZONS, HOUR, LONGEST, MINUTE, SHORTEST, Pace

BOUNDS = when.Bounds(15 * MINUTE, DAY, window=300)
ENDLESS = when.Bounds(15 * MINUTE, DAY, window=None)
VISITS = st.lists(
    st.tuples(st.integers(MINUTE, 3 * DAY), st.integers(0, 400)), min_size=1, max_size=40
)


def paced(visits, since=1_000_000) -> Pace:
    """What is known after visits so many seconds apart that found so many."""
    pace, at = Pace(), since
    for seconds, found in visits:
        pace, at = pace.after(at, at + seconds, found), at + seconds
    return pace


@settings(deadline=None)
@given(VISITS, st.integers(0, 2**32))
def test_never_later_than_a_day_and_never_sooner_than_fifteen_minutes(visits, seed):
    for bounds in (BOUNDS, ENDLESS, when.Bounds(HOUR, 7 * DAY, 50), when.Bounds(20, 20, 300)):
        wait = when.wait(paced(visits), bounds, 400)
        after = when.jittered(wait.seconds, bounds, Random(seed))
        assert bounds.shortest <= after <= bounds.longest or bounds.shortest == bounds.longest
        assert bounds.shortest <= wait.seconds <= bounds.longest
        assert wait.reason


@settings(deadline=None)
@given(VISITS)
def test_the_most_within_a_longer_time_is_never_less(visits):
    pace = paced(visits)
    assert list(pace.most) == sorted(pace.most)
    within = [pace.within(hours * HOUR) for hours in range(1, 200, 3)]
    assert within == sorted(within)


@settings(deadline=None)
@given(VISITS, st.integers(MINUTE, 3 * DAY), st.integers(0, 400))
def test_what_was_worst_stays_worst(visits, seconds, found):
    pace = paced(visits)
    at = pace.recent[-1].ended
    later = pace.after(at, at + seconds, found)
    assert all(now >= was for now, was in zip(later.most, pace.most, strict=True))
    assert all(most >= found for h, most in zip(HORIZONS, later.most, strict=True) if h >= seconds)


@settings(deadline=None)
@given(VISITS)
def test_nothing_that_visits_saw_within_a_span_is_more_than_the_most_of_it(visits):
    pace, at, seen = Pace(), 1_000_000, []
    for seconds, found in visits:
        pace, at = pace.after(at, at + seconds, found), at + seconds
        seen.append((at - seconds, at, found))
    for first in range(len(seen)):
        for last in range(first, len(seen)):
            span = seen[last][1] - seen[first][0]
            found = sum(found for _, _, found in seen[first : last + 1])
            if span <= LONGEST:
                # Old visits are remembered together, an eighth of their age at the most.
                assert pace.within(span * (1 + 1 / 7)) >= found or span * (1 + 1 / 7) > LONGEST


@settings(deadline=None)
@given(VISITS, st.integers(1, 2_000))
def test_the_loss_date_is_never_after_the_worst_could_have_filled_the_window(visits, likes):
    pace = paced(visits)
    fills = pace.fills(likes)
    assert fills > 0 or pace.within(SHORTEST) >= likes or likes == 1
    if pace.within(SHORTEST) < likes:
        assert pace.within(fills) < likes
        assert pace.within(fills + 48 * HOUR) >= likes or pace.watched < LONGEST


@settings(deadline=None)
@given(VISITS)
def test_the_visit_that_is_planned_comes_before_the_loss_date_where_it_may(visits):
    pace = paced(visits)
    loses_in = when.loses_in(pace, BOUNDS)
    wait = when.wait(pace, BOUNDS, 400).seconds
    assert wait <= max(when.VISIT_BY * loses_in, BOUNDS.shortest)
    assert when.loses_in(pace, ENDLESS) is None


@settings(deadline=None)
@given(VISITS)
def test_the_worst_with_its_margin_fits_into_the_window_where_it_may(visits):
    pace = paced(visits)
    wait = when.wait(pace, BOUNDS, 400).seconds
    if wait > BOUNDS.shortest:
        assert when.LEAST_SAFETY * pace.within(wait) <= BOUNDS.room


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(HOUR, 30 * DAY), st.integers(0, 2**32))
def test_several_retries_fit_in_before_the_loss_date(failures, span, seed):
    chance, left = Random(seed), span * (1 - when.VISIT_BY)
    waits = [when.retry(failures + more, span, BOUNDS, chance) for more in range(when.RETRIES)]
    assert min(waits) >= BOUNDS.shortest
    if BOUNDS.shortest <= left / when.RETRIES:
        assert sum(waits) <= left + 1e-6


def test_of_retries_by_chance_no_two_are_alike_and_they_come_later_each_time():
    chance = Random("retries")
    waits = [[when.retry(n, None, BOUNDS, chance) for _ in range(200)] for n in (1, 3, 5)]
    assert all(len(set(one)) == 200 for one in waits)
    assert max(waits[0]) < 2 * BOUNDS.shortest < max(waits[1]) < 8 * BOUNDS.shortest
    assert max(waits[2]) > 16 * BOUNDS.shortest


def test_people_who_were_visited_together_are_not_for_ever():
    pace = paced([(HOUR, 2)] * 900)
    chance = Random("herd")
    wait = when.wait(pace, BOUNDS).seconds
    times = sorted(when.jittered(wait, BOUNDS, chance) for _ in range(1_000))
    assert times[-1] <= wait
    busiest = max(sum(1 for t in times if at <= t < at + wait / 100) for at in times[::10])
    assert busiest <= 100


def test_after_a_burst_it_comes_back_sooner_and_then_later_each_time():
    calm = paced([(12 * HOUR, 3)] * 200)
    at = calm.recent[-1].ended
    hot = calm.after(at, at + 12 * HOUR, 90)
    waits = [when.wait(hot, BOUNDS).seconds]
    assert waits[0] < 30 * MINUTE < when.wait(calm, BOUNDS).seconds
    assert when.wait(hot, BOUNDS).reason == "because you have just liked 90"
    for _ in range(4):
        at = hot.recent[-1].ended
        hot = hot.after(at, at + int(waits[-1]), 0)
        waits.append(when.wait(hot, BOUNDS).seconds)
    assert waits == sorted(waits)
    assert waits[-1] > 6 * waits[0]


def test_of_somebody_unknown_at_most_twenty_likes_are_expected():
    for a_day in (30, 100, 400):
        step = DAY // 24
        pace = paced([(step, a_day * step // DAY)] * 24 * 3)
        for bounds in (BOUNDS, ENDLESS):
            assert when.wait(pace, bounds).seconds * (pace.a_day() or 0) / DAY <= 20


def test_whoever_is_calm_for_months_is_visited_once_a_day():
    assert when.wait(paced([(DAY, 20)] * 150), BOUNDS).seconds == DAY


def test_a_reason_says_what_is_true():
    assert when.wait(paced([(DAY, 40)] * 150), BOUNDS).reason == "because you like about 40 a day"
    calm = paced([(DAY, 0)] * 150)
    assert when.wait(calm, BOUNDS).reason == "because nothing new came lately"
    binge = paced([(DAY, 4)] * 50 + [(DAY, 280)] + [(DAY, 4)] * 90)
    wait = when.wait(binge, BOUNDS, 280)
    assert wait.reason == "because you once liked 280 between two visits"
    assert wait.seconds < 12 * HOUR
    assert when.wait(Pace(), BOUNDS).reason == "to learn how often you like something"


@settings(deadline=None)
@given(VISITS)
def test_it_is_kept_in_a_small_row_and_comes_back_the_same(visits):
    pace = paced([*visits, *[(15 * MINUTE, 1)] * 300])
    kept = pace.write()
    assert Pace.read(kept).most == pace.most
    assert Pace.read(kept).recent == pace.recent
    assert math.isclose(Pace.read(kept).weight, pace.weight, abs_tol=0.001)
    assert len(str(kept)) < 4_000
    assert Pace.read({}) == Pace()


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([sittings(8, 12), binges(5, 150, 60)]))
def test_months_of_bursts_lose_nothing_at_a_fifth_of_the_visits(seed, maker):
    played = Played(maker(Random(seed)), Random(seed)).run()
    assert (played.losses, played.late) == (0, 0)
    assert played.visits < END / (15 * MINUTE) / 5


def test_what_cannot_be_saved_is_told_before_it_is_lost():
    likes = [hour * HOUR / 10 for hour in range(10 * 24 * 60)]
    away = ((40 * DAY, 44 * DAY),)
    played = Played(History(likes, away), Random("away")).run()
    assert played.losses == played.told == 1


def test_nobody_is_told_a_daily_figure_before_a_day_is_over():
    assert "a day" not in when.wait(paced([(5, 30), (20, 10)]), BOUNDS, 30).reason
    assert "a day" in when.wait(paced([(DAY, 3)] * 60), BOUNDS, 3).reason
