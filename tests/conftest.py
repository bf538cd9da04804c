"""Settings of all tests: no property is tried against the clock, since machines are shared."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
