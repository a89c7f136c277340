"""Erasure by two persons: hold, request, plan, carry out, forget in projections, minutes."""

from evidence.erasure.carry import Erased, confirm_erasure, repeat_erasures
from evidence.erasure.forget import forget
from evidence.erasure.hold import add_hold, lift_hold
from evidence.erasure.plan import Plan, erased_records, plan_erasure
from evidence.erasure.request import Request, find_request, request_erasure, requests
from evidence.query.hold import Hold, holds

__all__ = [
    "Erased",
    "Hold",
    "Plan",
    "Request",
    "add_hold",
    "confirm_erasure",
    "erased_records",
    "find_request",
    "forget",
    "holds",
    "lift_hold",
    "plan_erasure",
    "repeat_erasures",
    "request_erasure",
    "requests",
]
