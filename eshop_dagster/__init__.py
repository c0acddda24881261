"""The E-Shop Brasil data platform."""
