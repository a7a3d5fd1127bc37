"""The worker's requests without the worker: what the libraries and servers cost."""
