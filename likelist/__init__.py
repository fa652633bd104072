"""The roof: settings, addresses, Celery, the embedded engines. No behaviour of the product."""
