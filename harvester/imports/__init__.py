"""Files that people bring: exports of services, and pictures that other programs left."""
