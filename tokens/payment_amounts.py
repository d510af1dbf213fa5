"""What a payment owes on a quantity, by its kind: one exact fraction, rounded down once (5.3)."""

from tokens.amount import mul_div_floor
from tokens.finance.accrual import coupon_amount_floor
from tokens.issue_price import PAR_E4
from tokens.records.instruments import Payment, PaymentKind


def owed_floor(payment: Payment, quantity: int) -> int:
    """Money for `quantity` minor units of original face: a holder's, or what must be funded."""
    if payment.kind is PaymentKind.COUPON:
        return coupon_amount_floor(quantity, payment.rate_e6, payment.fraction, payment.factor_e6)
    part, whole = payment.fraction
    return mul_div_floor(quantity, part * payment.price_e4, whole * PAR_E4)
