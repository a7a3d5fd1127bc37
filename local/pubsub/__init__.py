"""A Pub/Sub server for development: real gRPC, in memory, and it fails when told to."""
