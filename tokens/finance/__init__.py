"""Pure functions of the bond market: identifiers, day counts, calendars, schedules, auctions.

Everything but ``bond_yield`` is integers in and integers out, so the transition may call it.
``bond_yield`` uses ``decimal`` and is a view: no state may depend on it.
"""
