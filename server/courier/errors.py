"""What can go wrong on the way to somebody else.

CourierError      nothing arrived; try again later; the message is a sentence for the owner's page
"""


class CourierError(Exception):
    """The other side was not reached, or would not have it. **The message never holds a secret.**"""

    def __init__(self, message: str, status: int | None = None) -> None:
        """`status` is what the other side answered over HTTP, if it answered."""
        super().__init__(message)
        self.status = status
