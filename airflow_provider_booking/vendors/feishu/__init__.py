"""Feishu and Lark VC reserves. What the vendor does: docs/vendors/feishu.md."""
