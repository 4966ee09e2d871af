"""KOS clinic reservations. What the vendor does: docs/vendors/kos.md."""
