"""Files as bytes in memory, and what is read of them."""

from io import BytesIO

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish
from airflow_provider_booking.change_sets.sources.files import rows_of_file

Told = tuple[int, str, str | None]


def read_file(name: str, content: bytes | str, change: Wish | None = None) -> list[Row | BadRow]:
    """Read a file of that name and content to its end."""
    file = BytesIO(content if isinstance(content, bytes) else content.encode())
    return list(rows_of_file(name, lambda: file, change))


def numbers_or_none(name: str, content: bytes) -> list[int] | None:
    """The numbers of a file's rows, good and bad; None where the file is refused."""
    try:
        return [row.number for row in read_file(name, content)]
    except InvalidInput:
        return None


def told(rows: list[Row | BadRow]) -> list[Told]:
    """Number, booking and title of each row; of a bad one, what is wrong in place of the title."""
    return [
        (
            row.number,
            row.booking_id,
            row.wish.fields.get("title") if isinstance(row, Row) else str(row.problem),
        )
        for row in rows
    ]
