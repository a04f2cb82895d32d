"""What lists change: who is in which experiment, and what another policy would have brought, from logs."""
