"""Side-by-side timings of the whole road; outside the test suite, since times depend on the machine."""
