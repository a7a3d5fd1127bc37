"""A Cloud Storage server for one machine: speaks the JSON API and fails when told to.

Differs from Google: every caller is the owner of every bucket except foreign ones; signatures,
IAM and ACLs are not evaluated; lifecycle, retention and holds are kept but not carried out;
deleted buckets cannot be restored; no customer-supplied keys, notifications, folders or moves.
"""
