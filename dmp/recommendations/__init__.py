"""Which items a person is shown: recall, filter, rank, with the fate of every candidate."""
