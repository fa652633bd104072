"""A stand-in Bluesky beside the Instagram: directory, repositories, AppView and pictures."""
