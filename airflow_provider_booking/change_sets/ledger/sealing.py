"""What is personal lies in the ledger encrypted, with the keys that Airflow keeps its connections with."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from airflow_provider_booking.bookings import InvalidInput


class Sealer:
    """Encrypts and decrypts.

    Args:
        keys: Airflow's ``[core] fernet_key``: one key, or several with commas between. The first one
            encrypts, each of them decrypts, so that keys can be rotated.

    Raises:
        InvalidInput: There is no key, or one of them is no Fernet key.
    """

    def __init__(self, keys: str) -> None:
        if not keys.strip():
            raise InvalidInput(
                "[core] fernet_key is empty",
                hint="set it: the ledger keeps what bookings were before, and only encrypted",
            )
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
        except ValueError:
            # The error is not chained: a traceback would show the key.
            raise InvalidInput(
                "[core] fernet_key holds something that is no Fernet key",
                hint="give 32 random bytes in URL-safe base64, or several such keys with commas between",
            ) from None

    def seal(self, data: bytes) -> bytes:
        """Encrypt."""
        return self._fernet.encrypt(data)

    def unseal(self, sealed: bytes) -> bytes:
        """Decrypt.

        Raises:
            InvalidInput: None of the keys is the one that it was encrypted with.
        """
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise InvalidInput(
                "the ledger was encrypted with a key that [core] fernet_key does not hold",
                hint="add the former key behind the new one, with a comma between",
            ) from None
