"""Bad input as it arrives in practice, case by case: a file, and what becomes of every line of it."""
