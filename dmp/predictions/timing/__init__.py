"""When the next purchase comes and when a person falls silent: a distribution each, learned from censored waits."""
