"""Tags: what a rule may say, the packs of rules, and what a rule would change before it is published."""
