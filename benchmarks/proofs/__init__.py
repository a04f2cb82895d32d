"""What the platform promises of its facts, shown with numbers; run by hand, never in the tests."""
