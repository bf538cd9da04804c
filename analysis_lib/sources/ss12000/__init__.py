"""The municipality's own school system through the standard SS 12000, version 2.1 (floor 3)."""
