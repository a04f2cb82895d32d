"""Groups of people, by rule or by likeness; what they are predicted to do, or shown, lives in other stages."""
