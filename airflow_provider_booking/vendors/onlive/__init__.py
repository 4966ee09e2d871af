"""ONLIVE.SITE appointments. What the vendor does: docs/vendors/onlive.md."""
