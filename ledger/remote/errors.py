"""Errors of the conversation between the service and its clients.

What the ledger itself refuses keeps its own error on the way: these are of HTTP only.
"""

from ledger.errors import LedgerError


class ServiceError(LedgerError):
    """The service and its client do not understand each other."""

    code = "service"
    exit_code = 7


class BadRequestError(ServiceError):
    """A request has no form that the service knows."""

    code = "service.request"
    exit_code = 4


class UnsignedRequestError(ServiceError):
    """A request is not signed by a key of the log, or not at this moment."""

    code = "service.unsigned"
    exit_code = 6


class ForeignPageError(ServiceError):
    """A request names another host, or comes from a page in a browser."""

    code = "service.origin"
    exit_code = 6


class UnknownAddressError(ServiceError):
    """There is nothing under this address."""

    code = "service.not_found"
    exit_code = 4


class MethodError(ServiceError):
    """The address is there, and does not take this method."""

    code = "service.method"
    exit_code = 4


class MissingLengthError(ServiceError):
    """A request with a body does not say how long it is."""

    code = "service.length"
    exit_code = 4


class BodyTooLargeError(ServiceError):
    """A request's body is longer than its address takes."""

    code = "service.too_large"
    exit_code = 6


class MediaTypeError(ServiceError):
    """A request's body is of another media type than its address takes."""

    code = "service.media_type"
    exit_code = 4


class SlowRequestError(ServiceError):
    """A request's body did not arrive in time."""

    code = "service.timeout"
    exit_code = 7


class UntrustedAnswerError(ServiceError):
    """An answer is none that the log's own service can have given."""

    code = "service.answer"
    exit_code = 5
