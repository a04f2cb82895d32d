"""Speed and quality on real and made data; run by hand, never in the tests."""
