"""Zoho Calendar room bookings. What the vendor does: docs/vendors/zoho.md."""
