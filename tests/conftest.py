"""Settings for all tests."""

from hypothesis import settings

# On a busy machine a single example may take long without anything being wrong.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
