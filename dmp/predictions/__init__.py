"""What people will do next: calibrated, explained scores per person and target. Knows no orchestrator."""
