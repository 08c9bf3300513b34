"""A report as a picture: one HTML file that needs nothing beside itself, and drawings of single graphs."""
