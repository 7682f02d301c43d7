"""Every call comes from an address of its own: one address would soon meet nothing but its limits.

Loaded by schemathesis (SCHEMATHESIS_HOOKS); the server believes it because it trusts its peer as a proxy.
"""

from itertools import count

import schemathesis

NUMBERS = count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    # Below the case, which is judged by the headers that it was made with.
    kwargs["auth"] = from_elsewhere


def from_elsewhere(request):
    number = next(NUMBERS)
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    request.headers["x-forwarded-for"] = address
    return request
