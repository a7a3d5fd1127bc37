"""Google Cloud Storage: people's buckets and the objects in them."""
