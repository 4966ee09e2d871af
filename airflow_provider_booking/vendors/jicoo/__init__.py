"""Jicoo bookings. What the vendor does: docs/vendors/jicoo.md."""
