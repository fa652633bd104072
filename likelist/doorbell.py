"""How the doorbell is wired: each value with the reason it has."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

broker_url = settings.REDIS_URL
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_transport_options = {
    # Longer than three hard limits; the tick, not redelivery, is what brings work back.
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "retry_on_timeout": True,
    "global_keyprefix": "likelist:",
}
# A web request must not hang because the doorbell is broken: one quick second try.
task_publish_retry_policy = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}

task_serializer = "json"
accept_content = ["json"]
task_ignore_result = True
task_acks_late = True
# True would run a task that kills its worker again and again.
task_reject_on_worker_lost = False
task_time_limit = 900
task_soft_time_limit = 840
worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = True
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_max_tasks_per_child = 500
worker_max_memory_per_child = 300_000
worker_send_task_events = False
# It listens on a channel, and a listener whose Valkey was killed connects again by itself and
# waits there for ever for the next word, in the loop that takes messages.
worker_enable_remote_control = False
enable_utc = True

task_default_queue = "crawl"
task_routes = {
    "harvester.tasks.tick": {"queue": "crawl"},
    "harvester.tasks.crawl": {"queue": "crawl"},
    "harvester.tasks.download": {"queue": "media"},
    "harvester.tasks.read_import": {"queue": "media"},
    "harvester.tasks.preview": {"queue": "media"},
    "harvester.tasks.sweep": {"queue": "media"},
    "harvester.tasks.forget_sessions": {"queue": "media"},
}

beat_schedule = {
    "tick": {
        "task": "harvester.tasks.tick",
        "schedule": settings.TICK_INTERVAL,
        # A tick nobody could take in time is worth nothing: the next one sees the same rows.
        "options": {"expires": max(1, settings.TICK_INTERVAL / timedelta(seconds=1)) * 2},
    }
}
