"""A small synthetic world, strategies and domain asserts for tests."""
