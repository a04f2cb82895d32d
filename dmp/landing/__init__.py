"""From files as they arrived to typed rows in schema `raw`: each line accepted or accounted for."""
