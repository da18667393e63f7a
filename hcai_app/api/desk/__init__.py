"""The desk, `/admin`: the operators' pages, for `HCAI_ADMINS` alone (docs/decisions, 34)."""
