"""What the bodies ask of the outside world, as protocols that adapters and fakes satisfy."""
