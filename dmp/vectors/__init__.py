"""Items and people as vectors; what is done with them lives in the stages that read the tables."""
