"""Figures, taken by hand on a quiet machine: never part of a test."""
