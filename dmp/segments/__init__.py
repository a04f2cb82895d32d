"""Groups of people who behave alike; what they are predicted to do, or shown, lives in other stages."""
