"""The one way out to other systems: a careful HTTP client with a cache and paging (floor 3)."""
