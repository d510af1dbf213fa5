"""The profile of a state: its money, calendar, instruments, taxes and thresholds, as a file.

Rules of this file:
1. Nothing of a state is in the software: what differs from one to the next is in the profile, with
   its source and how sure it is. The ledger takes its part at genesis, or by governance later.
2. Strict: an unknown key, a wrong type, or a figure that contradicts another one is refused with
   the place in the file. Nothing is filled in.
"""
