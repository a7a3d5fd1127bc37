"""Each sweep with fakes of what it works on."""
