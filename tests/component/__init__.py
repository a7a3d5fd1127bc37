"""Entry points and bodies with fakes at every port."""
