"""Call and put dates of an instrument's terms, and until when notice of them is in time (5.4)."""

import datetime as dt

from tokens.finance.calendar import Calendar, add_business_days, adjust
from tokens.records.instruments import InstrumentTerms, OptionDate


def option_of(options: tuple[OptionDate, ...], date: dt.date) -> tuple[int, OptionDate] | None:
    """(number from 1, option) of a date, or None."""
    for number, option in enumerate(options, start=1):
        if option.date == date:
            return number, option
    return None


def last_day_of(option: OptionDate, terms: InstrumentTerms, calendar: Calendar) -> dt.date:
    """Last business date on which notice of an option is in time."""
    return add_business_days(calendar, adjust(calendar, option.date, terms.bdc), -option.notice_bd)
