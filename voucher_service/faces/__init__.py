"""The HTML pages and the endpoints for machines that watch the service."""
