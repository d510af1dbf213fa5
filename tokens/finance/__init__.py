"""Pure functions of the bond market: identifiers, day counts, calendars, schedules, accrual, auctions.

Everything but ``bond_yield`` is integers in and integers out, so it may be called by the transition.
``bond_yield`` uses ``decimal`` and is a view: no state may depend on it.
"""
