"""Who may do what: licences, governed rules, credentials."""
