"""Shows publications as pages, reports and APIs."""
