"""Tests of what measures: a wrong instrument is worse than none."""
