"""What an institution tells its financial intelligence unit, built beside the ledger."""
