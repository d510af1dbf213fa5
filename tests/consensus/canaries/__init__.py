"""Seeded bugs of the consensus core, each of which the campaign or a named scenario must find."""
